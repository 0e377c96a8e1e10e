resource "aws_iam_role" "r" {
  name = "vendor"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = var.vendor }
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
}
variable "vendor" {}
variable "external_id" { default = null }
