variable "role" {}

resource "aws_iam_policy_attachment" "all" {
  name       = "all"
  roles      = [var.role]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
