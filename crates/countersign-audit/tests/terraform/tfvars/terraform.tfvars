vendor = "111122223333"
external_id = "overridden"
