# What would be added behind the value would land in `locals`.
locals {
  collector = "arn:aws:iam::444455556666:role/Collector"
}

resource "aws_iam_role" "vendor" {
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Condition = { StringEquals = { "aws:PrincipalArn" = local.collector } }
    }]
  })
}
