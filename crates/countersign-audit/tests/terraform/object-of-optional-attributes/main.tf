variable "trust" {
  type    = object({ external_id = optional(string) })
  default = {}
}

data "aws_iam_policy_document" "vendor" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = var.trust.external_id == null ? [] : [var.trust.external_id]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "vendor" {
  assume_role_policy = data.aws_iam_policy_document.vendor.json
}
