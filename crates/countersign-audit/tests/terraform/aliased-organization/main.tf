# The provider may be of another organization's account.
provider "aws" {
  alias = "peer"
}

data "aws_organizations_organization" "ours" {}

data "aws_organizations_organization" "theirs" {
  provider = aws.peer
}

resource "aws_iam_role" "ours" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "*" }
      Condition = { StringEquals = { "aws:PrincipalOrgID" = data.aws_organizations_organization.ours.id } }
    }]
  })
}

resource "aws_iam_role" "theirs" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "*" }
      Condition = { StringEquals = { "aws:PrincipalOrgID" = data.aws_organizations_organization.theirs.id } }
    }]
  })
}
