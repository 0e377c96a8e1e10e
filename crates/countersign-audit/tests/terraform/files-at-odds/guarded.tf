resource "aws_iam_role" "vendor" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = local.vendor }
      Condition = { StringEquals = { "sts:ExternalId" = "0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318" } }
    }]
  })
}
