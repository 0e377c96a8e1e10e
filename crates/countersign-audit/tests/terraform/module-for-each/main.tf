locals {
  vendors = {
    a = "111122223333"
    b = "444455556666"
  }
}

module "vendor" {
  source      = "./modules/vendor"
  for_each    = local.vendors
  vendor      = each.value
  external_id = each.key == "a" ? "7f3c9e1a52b8" : null
}

resource "aws_iam_role" "r" {
  assume_role_policy = module.vendor["a"].json
}
