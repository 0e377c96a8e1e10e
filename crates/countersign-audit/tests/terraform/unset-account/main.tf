variable "partner_account" {
  type    = string
  default = ""
}

resource "aws_iam_role" "partner" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::${var.partner_account}:root" }
    }]
  })
}
