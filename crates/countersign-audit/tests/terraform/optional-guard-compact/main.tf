variable "external_id" {}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = length(compact([var.external_id])) > 0 ? { StringEquals = { "sts:ExternalId" = var.external_id } } : {}
    }]
  })
}
