data "aws_partition" "current" {}

variable "hub_account" {
  type = string
}

variable "readers" {
  type    = list(string)
  default = ["audit", "billing"]
}

resource "aws_iam_role" "spoke" {
  name = "spoke"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          AWS = [
            format("arn:${data.aws_partition.current.partition}:iam::%s:root", var.hub_account),
          ]
        }
      },
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          AWS = formatlist(format("arn:${data.aws_partition.current.partition}:iam::%s:role/%%s", "999999999999"), var.readers)
        }
      },
    ]
  })
}
