provider "aws" {
  alias = "peer"
}

resource "aws_iam_user" "peer" {
  provider = aws.peer
  name     = "peer"
}

module "same" {
  source    = "./role"
  trusted   = aws_iam_user.peer.arn
  providers = { aws = aws.peer }
}

module "other" {
  source  = "./role"
  trusted = aws_iam_user.peer.arn
}
