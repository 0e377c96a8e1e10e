variable "operator" {}

variable "tag" {}

resource "aws_iam_role" "replaced" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = { StringEquals = { "sts:ExternalId" = "7f3c9e1a52b8" }, (var.operator) = {} }
    }]
  })
}

resource "aws_iam_role" "another" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
      Condition = { StringEquals = { "sts:ExternalId" = "7f3c9e1a52b8", "aws:PrincipalTag/${var.tag}" = "yes" } }
    }]
  })
}
