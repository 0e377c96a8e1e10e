variable "accounts" {
  default = ["111122223333", "444455556666"]
}

resource "aws_iam_role" "r" {
  count              = length(var.accounts)
  name               = "peer-${count.index}"
  assume_role_policy = templatefile("${path.module}/trust.json.tpl", { account = var.accounts[count.index] })
}
