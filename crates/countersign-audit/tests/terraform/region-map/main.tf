variable "regions" {
  type = map(string)
  default = {
    eu = "111122223333"
    us = "444455556666"
  }
}

locals {
  fixed = ["arn:aws:iam::777788889999:role/x"]
}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "*" }
      Condition = {
        ArnEquals = {
          "aws:PrincipalArn" = concat(local.fixed, [for r, id in var.regions : "arn:aws:iam::${id}:role/x-${r}"])
        }
      }
    }]
  })
}
