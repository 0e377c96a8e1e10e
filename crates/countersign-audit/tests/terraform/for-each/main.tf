variable "vendors" {
  default = {
    metrics = { account = "111122223333", external_id = "7f3c9e1a52b8" }
    backup  = { account = "444455556666", external_id = "*" }
  }
}

resource "aws_iam_role" "vendor" {
  for_each = var.vendors
  name     = "vendor-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::${each.value.account}:root" }
      Condition = { StringLike = { "sts:ExternalId" = each.value.external_id } }
    }]
  })
}
