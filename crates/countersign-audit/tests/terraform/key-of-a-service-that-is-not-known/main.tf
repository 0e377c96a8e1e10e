# Which of the service's keys it is decides: `PrincipalAccount` lets the vendor in, `RoleSessionName` lets it name itself.
variable "key" {}

resource "aws_iam_role" "allow" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = { StringEquals = { "aws:${var.key}" = "111122223333" } }
    }]
  })
}

resource "aws_iam_role" "deny" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = {}
    }, {
      Effect    = "Deny"
      Action    = "sts:AssumeRole"
      Principal = "*"
      Condition = { StringNotEquals = { "sts:${var.key}" = "7f3c9e1a52b8" } }
    }]
  })
}

resource "aws_iam_role" "tag" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = { StringEquals = { "aws:PrincipalTag/${var.key}" = "7f3c9e1a52b8" } }
    }]
  })
}

resource "aws_iam_role" "kind" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { (var.key) = "111122223333" }
    }]
  })
}
