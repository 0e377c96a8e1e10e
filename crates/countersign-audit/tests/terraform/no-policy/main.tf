resource "aws_iam_role" "none" {
  name = "none"
}

resource "aws_iam_role" "object" {
  assume_role_policy = { Version = "2012-10-17" }
}

resource "aws_iam_role" "misspelt" {
  assume_role_policy = data.aws_iam_policy_document.typo.json
}

resource "aws_iam_role" "undeclared" {
  assume_role_policy = var.policy
}
