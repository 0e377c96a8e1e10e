resource "aws_iam_role" "colons" {
  name = "Colons"
  assume_role_policy = jsonencode({
    Version : "2012-10-17"
    Statement : [{
      # The vendor.
      Effect : "Allow"
      Principal : { AWS : "arn:aws:iam::999988887777:root" }
      Action : "sts:AssumeRole"
      Condition = {
        StringEquals = {
          "sts:ExternalId" = var.external_id
        }
      }
    }]
  })
}

variable "external_id" {
  description = "The id the third party chose for you and sends as sts:ExternalId"
  type        = string
  nullable    = false
}
