variable "services" {
  default = ["ec2.amazonaws.com", "lambda.amazonaws.com"]
}

variable "vendors" {
  type    = map(object({ account = string, external_id = optional(string, "7f3c9e1a52b8") }))
  default = {
    x = { account = "111122223333" }
  }
}

data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = var.services
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
    }
  }
  dynamic "statement" {
    for_each = var.vendors
    iterator = vendor
    content {
      sid     = vendor.key
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = [vendor.value.account]
      }
      condition {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [vendor.value.external_id]
      }
    }
  }
}

resource "aws_iam_role" "r" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
