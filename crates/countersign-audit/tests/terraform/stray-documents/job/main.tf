variable "trust" {
  type = string
}

resource "aws_iam_role" "job" {
  assume_role_policy = var.trust
}
