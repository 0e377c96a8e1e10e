resource "aws_iam_role" "r" {
  name               = "vendor"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
      "Action": "sts:AssumeRole"
    }
  ]
}
EOF
}

locals {
  a = local.b
  b = "${local.c}-x"
  c = local.a
}

resource "aws_iam_role" "cyclic" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = local.a } }]
  })
}
