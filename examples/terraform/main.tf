# Vendor roles as a platform team would write them.

data "aws_caller_identity" "current" {}

# Guarded: the id has to be given, and the policy cannot do without it.
data "aws_iam_policy_document" "metrics" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.lumagrid_account}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.lumagrid_external_id]
    }
  }
}

resource "aws_iam_role" "metrics" {
  name               = "LumagridMetrics"
  assume_role_policy = data.aws_iam_policy_document.metrics.json
}

# Unknown: the guard vanishes for whoever does not set `scanner_external_id`.
resource "aws_iam_role" "scanner" {
  name = "BrackenfoldScanner"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = "arn:aws:iam::777788889999:role/BrackenfoldScanner" }
      },
      var.scanner_external_id == null ? {} : {
        Condition = { StringEquals = { "sts:ExternalId" = var.scanner_external_id } }
      },
    )]
  })
}

resource "aws_iam_role_policy_attachment" "scanner" {
  role       = aws_iam_role.scanner.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# Open: an address range holds for every customer of the vendor.
resource "aws_iam_role" "export" {
  name               = "QuillfernExport"
  assume_role_policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::999999999999:root" },
          "Action": "sts:AssumeRole",
          "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }
        }
      ]
    }
  EOF
}

# Owned: one role of the same account.
resource "aws_iam_role" "deploy" {
  name = "Deploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/Ci" }
    }]
  })
}
