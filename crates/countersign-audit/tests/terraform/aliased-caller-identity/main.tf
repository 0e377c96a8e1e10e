provider "aws" {
  alias = "peer"
}

data "aws_caller_identity" "peer" {
  provider = aws.peer
}

resource "aws_iam_role" "other_account" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = data.aws_caller_identity.peer.account_id } }]
  })
}

resource "aws_iam_role" "same_account" {
  provider = aws.peer
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = data.aws_caller_identity.peer.account_id } }]
  })
}
