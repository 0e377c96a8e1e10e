variable "trusted" {
  type = list(string)
}

resource "aws_iam_role" "known" {
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"AWS": ${jsonencode(["111122223333", "444455556666"])}},
    "Condition": {"StringEquals": {"sts:ExternalId": "7f3c9e1a52b8"}}
  }]
}
EOF
}

resource "aws_iam_role" "unknown" {
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"AWS": ${jsonencode(var.trusted)}},
    "Condition": {"StringEquals": {"sts:ExternalId": "7f3c9e1a52b8"}}
  }]
}
EOF
}
