variable "ops_role_arn" {
  default = ""
}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }],
      var.ops_role_arn == "" ? [] : [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = var.ops_role_arn } }]
    )
  })
}
