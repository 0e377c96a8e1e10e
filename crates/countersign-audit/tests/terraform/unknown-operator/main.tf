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
    condition {
      test     = var.test
      variable = "sts:ExternalId"
      values   = ["7f3c9e1a52b8"]
    }
  }
}
variable "test" {}
