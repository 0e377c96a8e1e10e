module "remote" {
  source  = "example/trust/aws"
  version = "1.0.0"
}

module "fetched" {
  source      = "example/vendor/aws"
  vendor      = "444455556666"
  external_id = "7f3c9e1a52b8"
}

resource "aws_iam_role" "r" {
  assume_role_policy = module.remote.policy_json
}
