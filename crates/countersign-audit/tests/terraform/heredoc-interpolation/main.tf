resource "aws_iam_role" "r" {
  name               = "vendor"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::${var.vendor}:root"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"sts:ExternalId": "${var.external_id}"}}
    }
  ]
}
EOF
}

variable "vendor" {
  default = "444455556666"
}
variable "external_id" {}
