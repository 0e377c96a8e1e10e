resource "aws_iam_role" "r" {
  name               = "vendor"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = length(var.external_ids) > 0 ? [var.external_ids] : []
      iterator = ids
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = ids.value
      }
    }
  }
}
variable "external_ids" {
  type    = list(string)
  default = []
}
