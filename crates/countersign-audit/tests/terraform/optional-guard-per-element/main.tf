# Each list may be empty, and then there is no condition.
variable "ids" { type = list(string) }

variable "external_id" { type = string }

variable "unset" {
  type    = string
  default = null
}

data "aws_iam_policy_document" "splat" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = var.external_id[*]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "splat" {
  assume_role_policy = data.aws_iam_policy_document.splat.json
}

data "aws_iam_policy_document" "splat_of_unset" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = var.unset[*]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "splat_of_unset" {
  assume_role_policy = data.aws_iam_policy_document.splat_of_unset.json
}

data "aws_iam_policy_document" "comprehension" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = [for id in var.ids : id]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "comprehension" {
  assume_role_policy = data.aws_iam_policy_document.comprehension.json
}

data "aws_iam_policy_document" "constant" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = [for id in compact([var.external_id]) : "on"]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = ["7f3c9e1a52b8"]
      }
    }
  }
}

resource "aws_iam_role" "constant" {
  assume_role_policy = data.aws_iam_policy_document.constant.json
}

data "aws_iam_policy_document" "compacted" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = compact([var.external_id])
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "compacted" {
  assume_role_policy = data.aws_iam_policy_document.compacted.json
}

data "aws_iam_policy_document" "splat_of_joined" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = concat(var.ids, [])[*]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "splat_of_joined" {
  assume_role_policy = data.aws_iam_policy_document.splat_of_joined.json
}

data "aws_iam_policy_document" "never_empty" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = concat(var.ids, ["7f3c9e1a52b8"])
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "never_empty" {
  assume_role_policy = data.aws_iam_policy_document.never_empty.json
}

data "aws_iam_policy_document" "attribute" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
    dynamic "condition" {
      for_each = try([var.trust.external_id], [])
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "attribute" {
  assume_role_policy = data.aws_iam_policy_document.attribute.json
}

variable "trust" {}
