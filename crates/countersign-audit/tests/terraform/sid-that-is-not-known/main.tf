# A statement of that name may take the place of the guard.
variable "sid" {}

data "aws_iam_policy_document" "base" {
  statement {
    sid     = "Guard"
    effect  = "Deny"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "sts:ExternalId"
      values   = ["7f3c9e1a52b8"]
    }
  }
  statement {
    sid     = "Vendor"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
  }
}

data "aws_iam_policy_document" "any" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid     = var.sid
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "any" {
  assume_role_policy = data.aws_iam_policy_document.any.json
}

data "aws_iam_policy_document" "another" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid     = "Own${var.sid}"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "another" {
  assume_role_policy = data.aws_iam_policy_document.another.json
}
