terraform {
  backend "s3" {
    bucket = "state"
    assume_role = {
      role_arn = "arn:aws:iam::111122223333:role/state"
    }
  }
}

variable "external_id" {
  default = null
}

provider "aws" {
  assume_role {
    role_arn    = "arn:aws:iam::444455556666:role/deploy"
    external_id = "7f3c9e1a52b8"
  }
}

provider "aws" {
  alias = "vendor"
  assume_role {
    role_arn    = "arn:aws:iam::111122223333:role/read"
    external_id = var.external_id
  }
}

provider "aws" {
  region = "eu-central-1"
}
