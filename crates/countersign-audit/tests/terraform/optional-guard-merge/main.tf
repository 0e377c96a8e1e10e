variable "external_id" {
  default = null
}

locals {
  xid     = var.external_id
  trusted = { AWS = "arn:aws:iam::111122223333:root" }
}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = local.trusted },
      local.xid == null ? {} : { Condition = { StringEquals = { "sts:ExternalId" = local.xid } } }
    )]
  })
}
