data "databricks_aws_assume_role_policy" "this" {
  external_id = var.account
}

variable "account" {}

resource "aws_iam_role" "r" {
  assume_role_policy = data.databricks_aws_assume_role_policy.this.json
}
