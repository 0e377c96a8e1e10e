variable "a" {}

variable "b" {}

resource "aws_iam_role" "either" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = var.a == "a" || var.b == "b" ? { StringEquals = { "sts:ExternalId" = "7f3c9e1a52b8" } } : {}
    }]
  })
}

resource "aws_iam_role" "both" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = var.a == "a" && var.b == "b" ? { StringEquals = { "sts:ExternalId" = "7f3c9e1a52b8" } } : {}
    }]
  })
}
