data "aws_iam_policy_document" "base" {
  statement {
    sid     = "Vendor"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["7f3c9e1a52b8"]
    }
  }
}

data "aws_iam_policy_document" "unguarded" {
  statement {
    sid     = "Vendor"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
  }
}

data "aws_iam_policy_document" "extended" {
  source_policy_documents = compact(concat([data.aws_iam_policy_document.base.json], var.more))
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "overridden" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [data.aws_iam_policy_document.unguarded.json]
}

variable "more" {
  type    = list(string)
  default = []
}

resource "aws_iam_role" "extended" {
  assume_role_policy = data.aws_iam_policy_document.extended.json
}

resource "aws_iam_role" "overridden" {
  assume_role_policy = data.aws_iam_policy_document.overridden.minified_json
}
