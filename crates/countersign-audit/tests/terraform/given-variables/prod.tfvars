external_id = "9d2e41c07a66"
