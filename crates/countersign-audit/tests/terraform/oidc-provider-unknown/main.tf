variable "oidc_provider" {}

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/${var.oidc_provider}" }
      Condition = { StringEquals = { "${var.oidc_provider}:sub" = "system:serviceaccount:a:b" } }
    }]
  })
}
