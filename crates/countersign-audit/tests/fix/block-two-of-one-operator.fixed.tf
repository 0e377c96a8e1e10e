data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::999988887777:root"]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:RequestedRegion"
      values   = ["eu-west-1"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318"]
    }
  }
}

resource "aws_iam_role" "vendor" {
  name               = "vendor"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
