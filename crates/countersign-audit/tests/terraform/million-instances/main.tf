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

resource "aws_iam_role" "many" {
  count              = 1000000
  assume_role_policy = aws_iam_role.r.assume_role_policy
}

resource "aws_iam_role" "ranged" {
  for_each           = toset([for i in range(1000000) : tostring(i)])
  assume_role_policy = aws_iam_role.r.assume_role_policy
}
