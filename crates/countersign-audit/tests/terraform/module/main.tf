module "guarded" {
  source      = "./modules/vendor"
  vendor      = "111122223333"
  external_id = "7f3c9e1a52b8"
}

module "open" {
  source = "./modules/vendor"
  vendor = "111122223333"
}

module "passed" {
  source      = "./modules/vendor"
  vendor      = "111122223333"
  external_id = var.external_id
}

variable "external_id" {
  default = null
}

resource "aws_iam_role" "output" {
  assume_role_policy = module.guarded.json
}
