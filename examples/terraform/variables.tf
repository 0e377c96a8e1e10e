variable "lumagrid_account" {
  type    = string
  default = "444455556666"
}

variable "lumagrid_external_id" {
  description = "The id Lumagrid made for us"
  type        = string
}

variable "scanner_external_id" {
  description = "The id Brackenfold made for us, if any"
  type        = string
  default     = null
}
