variable "statements" {
  default = {}
}

data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = var.statements
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }
}

resource "aws_iam_role" "r" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
