variable "name" {}

locals {
  accounts = { (var.name) = "111122223333", own = "444455556666" }
}

resource "aws_iam_role" "known" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = local.accounts["own"] } }]
  })
}

resource "aws_iam_role" "unknown" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = local.accounts["other"] } }]
  })
}

resource "aws_iam_role" "attribute" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = local.accounts.other } }]
  })
}
