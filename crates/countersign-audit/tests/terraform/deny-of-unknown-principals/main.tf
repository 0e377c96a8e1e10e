# Whom the second block names is kept out only if there is one.
variable "accounts" { type = list(string) }

data "aws_iam_policy_document" "r" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333", "444455556666"]
    }
  }
  statement {
    effect  = "Deny"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
    dynamic "principals" {
      for_each = var.accounts
      content {
        type        = "AWS"
        identifiers = ["444455556666"]
      }
    }
    condition {
      test     = "StringNotEquals"
      variable = "sts:ExternalId"
      values   = ["7f3c9e1a52b8"]
    }
  }
}

resource "aws_iam_role" "r" {
  assume_role_policy = data.aws_iam_policy_document.r.json
}
