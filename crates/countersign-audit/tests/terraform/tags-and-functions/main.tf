locals {
  tags  = { team = "data", env = terraform.workspace }
  known = { team = "data" }
  ids   = { prod = "111122223333" }
}

resource "aws_iam_role" "open_tags" {
  tags               = local.tags
  assume_role_policy = jsonencode(local.policy)
}

resource "aws_iam_role" "known_tags" {
  name               = format("%s-%s", "vendor", lower("PROD"))
  tags               = merge(local.known, { "owner" = "me" })
  assume_role_policy = jsonencode(local.policy)
}

locals {
  policy = {
    Version = "2012-10-17"
    Statement = [
      for account in distinct(flatten([values(local.ids), try(local.nothing.x, "444455556666")])) : {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = format("arn:aws:iam::%s:root", account) }
      }
    ]
  }
}
