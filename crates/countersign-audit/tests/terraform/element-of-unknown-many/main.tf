data "external" "hubs" {
  program = ["list-hubs"]
}

resource "aws_iam_role" "hub" {
  count              = length(data.external.hubs.result)
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

locals {
  hubs = sort(aws_iam_role.hub[*].unique_id)
}

# One for each of two of them, of as many as there are.
resource "aws_iam_role" "spoke" {
  for_each = {
    lambda = local.hubs[0]
    glue   = local.hubs[1]
  }
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${each.key}.amazonaws.com" }
    }]
  })
}
