data "aws_service_principal" "delivery" {
  service_name = "firehose"
}

resource "aws_iam_role" "delivery" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = data.aws_service_principal.delivery.name }
    }]
  })
}
