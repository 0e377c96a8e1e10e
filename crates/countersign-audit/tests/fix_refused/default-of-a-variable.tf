# A default cannot refer to a variable.
variable "vendors" {
  default = {
    backup = { id = "tenant-*" }
  }
}

resource "aws_iam_role" "vendor" {
  for_each = var.vendors
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Condition = { StringLike = { "sts:ExternalId" = each.value.id } }
    }]
  })
}
