variable "external_id" {
  type     = string
  nullable = false
}

data "aws_iam_policy_document" "guarded" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = var.external_id == null ? [] : [var.external_id]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "guarded" {
  assume_role_policy = data.aws_iam_policy_document.guarded.json
}
