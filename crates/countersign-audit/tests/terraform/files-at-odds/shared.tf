locals {
  vendor = "arn:aws:iam::999988887777:root"
}

resource "aws_iam_role" "service" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
