resource "aws_iam_role" "r" {
  name               = "vendor"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
      "Action": "sts:AssumeRole"
    }
  ]
}
EOF
}

data "aws_iam_policy_document" "d0" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
  }
}

data "aws_iam_policy_document" "d1" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d0.json] : try(json, "")]
}

data "aws_iam_policy_document" "d2" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d1.json] : try(json, "")]
}

data "aws_iam_policy_document" "d3" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d2.json] : try(json, "")]
}

data "aws_iam_policy_document" "d4" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d3.json] : try(json, "")]
}

data "aws_iam_policy_document" "d5" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d4.json] : try(json, "")]
}

data "aws_iam_policy_document" "d6" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d5.json] : try(json, "")]
}

data "aws_iam_policy_document" "d7" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d6.json] : try(json, "")]
}

data "aws_iam_policy_document" "d8" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d7.json] : try(json, "")]
}

data "aws_iam_policy_document" "d9" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d8.json] : try(json, "")]
}

data "aws_iam_policy_document" "d10" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d9.json] : try(json, "")]
}

data "aws_iam_policy_document" "d11" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d10.json] : try(json, "")]
}

data "aws_iam_policy_document" "d12" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d11.json] : try(json, "")]
}

data "aws_iam_policy_document" "d13" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d12.json] : try(json, "")]
}

data "aws_iam_policy_document" "d14" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d13.json] : try(json, "")]
}

data "aws_iam_policy_document" "d15" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d14.json] : try(json, "")]
}

data "aws_iam_policy_document" "d16" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d15.json] : try(json, "")]
}

data "aws_iam_policy_document" "d17" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d16.json] : try(json, "")]
}

data "aws_iam_policy_document" "d18" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d17.json] : try(json, "")]
}

data "aws_iam_policy_document" "d19" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d18.json] : try(json, "")]
}

data "aws_iam_policy_document" "d20" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d19.json] : try(json, "")]
}

data "aws_iam_policy_document" "d21" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d20.json] : try(json, "")]
}

data "aws_iam_policy_document" "d22" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d21.json] : try(json, "")]
}

data "aws_iam_policy_document" "d23" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d22.json] : try(json, "")]
}

data "aws_iam_policy_document" "d24" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d23.json] : try(json, "")]
}

data "aws_iam_policy_document" "d25" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d24.json] : try(json, "")]
}

data "aws_iam_policy_document" "d26" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d25.json] : try(json, "")]
}

data "aws_iam_policy_document" "d27" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d26.json] : try(json, "")]
}

data "aws_iam_policy_document" "d28" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d27.json] : try(json, "")]
}

data "aws_iam_policy_document" "d29" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d28.json] : try(json, "")]
}

data "aws_iam_policy_document" "d30" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d29.json] : try(json, "")]
}

data "aws_iam_policy_document" "d31" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d30.json] : try(json, "")]
}

data "aws_iam_policy_document" "d32" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d31.json] : try(json, "")]
}

data "aws_iam_policy_document" "d33" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d32.json] : try(json, "")]
}

data "aws_iam_policy_document" "d34" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d33.json] : try(json, "")]
}

data "aws_iam_policy_document" "d35" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d34.json] : try(json, "")]
}

data "aws_iam_policy_document" "d36" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d35.json] : try(json, "")]
}

data "aws_iam_policy_document" "d37" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d36.json] : try(json, "")]
}

data "aws_iam_policy_document" "d38" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d37.json] : try(json, "")]
}

data "aws_iam_policy_document" "d39" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d38.json] : try(json, "")]
}

data "aws_iam_policy_document" "d40" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d39.json] : try(json, "")]
}

data "aws_iam_policy_document" "d41" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d40.json] : try(json, "")]
}

data "aws_iam_policy_document" "d42" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d41.json] : try(json, "")]
}

data "aws_iam_policy_document" "d43" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d42.json] : try(json, "")]
}

data "aws_iam_policy_document" "d44" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d43.json] : try(json, "")]
}

data "aws_iam_policy_document" "d45" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d44.json] : try(json, "")]
}

data "aws_iam_policy_document" "d46" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d45.json] : try(json, "")]
}

data "aws_iam_policy_document" "d47" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d46.json] : try(json, "")]
}

data "aws_iam_policy_document" "d48" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d47.json] : try(json, "")]
}

data "aws_iam_policy_document" "d49" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d48.json] : try(json, "")]
}

data "aws_iam_policy_document" "d50" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d49.json] : try(json, "")]
}

data "aws_iam_policy_document" "d51" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d50.json] : try(json, "")]
}

data "aws_iam_policy_document" "d52" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d51.json] : try(json, "")]
}

data "aws_iam_policy_document" "d53" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d52.json] : try(json, "")]
}

data "aws_iam_policy_document" "d54" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d53.json] : try(json, "")]
}

data "aws_iam_policy_document" "d55" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d54.json] : try(json, "")]
}

data "aws_iam_policy_document" "d56" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d55.json] : try(json, "")]
}

data "aws_iam_policy_document" "d57" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d56.json] : try(json, "")]
}

data "aws_iam_policy_document" "d58" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d57.json] : try(json, "")]
}

data "aws_iam_policy_document" "d59" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d58.json] : try(json, "")]
}

data "aws_iam_policy_document" "d60" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d59.json] : try(json, "")]
}

data "aws_iam_policy_document" "d61" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d60.json] : try(json, "")]
}

data "aws_iam_policy_document" "d62" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d61.json] : try(json, "")]
}

data "aws_iam_policy_document" "d63" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d62.json] : try(json, "")]
}

data "aws_iam_policy_document" "d64" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d63.json] : try(json, "")]
}

data "aws_iam_policy_document" "d65" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d64.json] : try(json, "")]
}

data "aws_iam_policy_document" "d66" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d65.json] : try(json, "")]
}

data "aws_iam_policy_document" "d67" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d66.json] : try(json, "")]
}

data "aws_iam_policy_document" "d68" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d67.json] : try(json, "")]
}

data "aws_iam_policy_document" "d69" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d68.json] : try(json, "")]
}

data "aws_iam_policy_document" "d70" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d69.json] : try(json, "")]
}

data "aws_iam_policy_document" "d71" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d70.json] : try(json, "")]
}

data "aws_iam_policy_document" "d72" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d71.json] : try(json, "")]
}

data "aws_iam_policy_document" "d73" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d72.json] : try(json, "")]
}

data "aws_iam_policy_document" "d74" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d73.json] : try(json, "")]
}

data "aws_iam_policy_document" "d75" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d74.json] : try(json, "")]
}

data "aws_iam_policy_document" "d76" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d75.json] : try(json, "")]
}

data "aws_iam_policy_document" "d77" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d76.json] : try(json, "")]
}

data "aws_iam_policy_document" "d78" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d77.json] : try(json, "")]
}

data "aws_iam_policy_document" "d79" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d78.json] : try(json, "")]
}

data "aws_iam_policy_document" "d80" {
  source_policy_documents = [for json in [data.aws_iam_policy_document.d79.json] : try(json, "")]
}

resource "aws_iam_role" "short" {
  assume_role_policy = data.aws_iam_policy_document.d20.json
}

resource "aws_iam_role" "long" {
  assume_role_policy = data.aws_iam_policy_document.d80.json
}
