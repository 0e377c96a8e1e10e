resource "aws_iam_role" "r" {
  name               = "vendor"
  lifecycle {
    ignore_changes = [tags, assume_role_policy]
  }
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}
