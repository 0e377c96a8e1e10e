resource "aws_iam_role" "r" {
  name = "vendor"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::${var.vendor}:root" }
      Condition = { StringEquals = { "sts:ExternalId" = "7f3c9e1a52b8" } }
    }]
  })
}
variable "vendor" {}
