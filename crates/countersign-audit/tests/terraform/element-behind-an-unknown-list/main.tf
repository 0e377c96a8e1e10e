variable "accounts" { type = list(string) }

# Ours is known to be last, not to be second.
resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = concat(var.accounts, ["999999999999", "999999999999"])[1] }
    }]
  })
}

resource "aws_iam_role" "before" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = concat(["999999999999"], var.accounts)[0] }
    }]
  })
}
