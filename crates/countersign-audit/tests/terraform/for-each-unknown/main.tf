variable "vendors" {
  type = map(object({ account = string }))
}

resource "aws_iam_role" "vendor" {
  for_each = var.vendors
  name     = "vendor-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = each.value.account }
    }]
  })
}
