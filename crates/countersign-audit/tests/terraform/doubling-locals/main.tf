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
  a0 = ["111122223333"]
  a1 = concat(local.a0, local.a0)
  a2 = concat(local.a1, local.a1)
  a3 = concat(local.a2, local.a2)
  a4 = concat(local.a3, local.a3)
  a5 = concat(local.a4, local.a4)
  a6 = concat(local.a5, local.a5)
  a7 = concat(local.a6, local.a6)
  a8 = concat(local.a7, local.a7)
  a9 = concat(local.a8, local.a8)
  a10 = concat(local.a9, local.a9)
  a11 = concat(local.a10, local.a10)
  a12 = concat(local.a11, local.a11)
  a13 = concat(local.a12, local.a12)
  a14 = concat(local.a13, local.a13)
  a15 = concat(local.a14, local.a14)
  a16 = concat(local.a15, local.a15)
  a17 = concat(local.a16, local.a16)
  a18 = concat(local.a17, local.a17)
  a19 = concat(local.a18, local.a18)
  a20 = concat(local.a19, local.a19)
  a21 = concat(local.a20, local.a20)
  a22 = concat(local.a21, local.a21)
  a23 = concat(local.a22, local.a22)
  a24 = concat(local.a23, local.a23)
  a25 = concat(local.a24, local.a24)
  a26 = concat(local.a25, local.a25)
  a27 = concat(local.a26, local.a26)
  a28 = concat(local.a27, local.a27)
  a29 = concat(local.a28, local.a28)
  a30 = concat(local.a29, local.a29)
  a31 = concat(local.a30, local.a30)
  a32 = concat(local.a31, local.a31)
  a33 = concat(local.a32, local.a32)
  a34 = concat(local.a33, local.a33)
  a35 = concat(local.a34, local.a34)
  a36 = concat(local.a35, local.a35)
  a37 = concat(local.a36, local.a36)
  a38 = concat(local.a37, local.a37)
  a39 = concat(local.a38, local.a38)
  a40 = concat(local.a39, local.a39)
}

resource "aws_iam_role" "doubled" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = local.a40 } }]
  })
}
