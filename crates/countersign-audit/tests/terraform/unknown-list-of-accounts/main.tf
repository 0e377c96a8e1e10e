variable "accounts" {
  type = list(string)
}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = [for account in var.accounts : "arn:aws:iam::${account}:root"] }
      Condition = { StringEquals = { "sts:ExternalId" = "7f3c9e1a52b8" } }
    }]
  })
}
