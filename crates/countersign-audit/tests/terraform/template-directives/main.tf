locals {
  accounts = ["111122223333", "444455556666"]
}

resource "aws_iam_role" "r" {
  assume_role_policy = templatefile("./trust.tpl", { accounts = local.accounts, id = var.external_id })
}

variable "external_id" {
  default = ""
}
