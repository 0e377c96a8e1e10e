# The text of the comparison is the same for both, what is compared is not.
variable "first" {}

variable "second" {}

resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for nth, level in [var.first, var.second] : {
      Effect    = nth == 0 ? (level > 3 ? "Allow" : "Deny") : (level > 3 ? "Deny" : "Allow")
      Action    = "sts:AssumeRole"
      Principal = { AWS = "111122223333" }
    }]
  })
}
