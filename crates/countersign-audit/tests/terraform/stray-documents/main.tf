# No role here has it: what calls this module does.
data "aws_iam_policy_document" "handed_out" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::999988887777:root"]
    }
  }
}

# A role has it, by way of another document.
data "aws_iam_policy_document" "base" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "trust" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
}

resource "aws_iam_role" "service" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

# About other things.
data "aws_iam_policy_document" "bucket" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

data "aws_iam_policy_document" "may_assume" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["arn:aws:iam::999988887777:role/Partner"]
  }
}

# A role has it, where there is one.
data "aws_iam_policy_document" "seldom" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::999988887777:root"]
    }
  }
}

resource "aws_iam_role" "seldom" {
  count              = 0
  assume_role_policy = data.aws_iam_policy_document.seldom.json
}

# A module has a role for it.
data "aws_iam_policy_document" "given" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

module "job" {
  source = "./job"
  trust  = data.aws_iam_policy_document.given.json
}
