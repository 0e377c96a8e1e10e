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
  }
}

data "aws_iam_policy_document" "more" {
  source_policy_documents = [data.aws_iam_policy_document.trust.json]
  dynamic "statement" {
    for_each = var.services
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
    }
  }
}

variable "services" {}

resource "aws_iam_role" "more" {
  assume_role_policy = data.aws_iam_policy_document.more.json
}
