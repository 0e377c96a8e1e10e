variable "create" {
  default = true
}

data "aws_iam_policy_document" "t" {
  count = var.create ? 1 : 0
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["444455556666"]
    }
  }
}

resource "aws_iam_role" "joined" {
  count              = var.create ? 1 : 0
  assume_role_policy = join("", data.aws_iam_policy_document.t[*].json)
}

resource "aws_iam_role" "legacy" {
  assume_role_policy = join("", data.aws_iam_policy_document.t.*.json)
}

resource "aws_iam_role" "first" {
  assume_role_policy = data.aws_iam_policy_document.t[0].json
}

resource "aws_iam_role" "one" {
  assume_role_policy = one(data.aws_iam_policy_document.t[*].json)
}

resource "aws_iam_role" "none" {
  count              = var.create ? 0 : 1
  assume_role_policy = data.aws_iam_policy_document.t[0].json
}
