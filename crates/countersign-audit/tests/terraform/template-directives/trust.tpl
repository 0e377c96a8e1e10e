{
  "Version": "2012-10-17",
  "Statement": [
    %{~ for i, account in accounts ~}
    %{ if i > 0 },%{ endif ~}
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::${account}:root"},
      %{~ if id != "" ~}
      "Condition": {"StringEquals": {"sts:ExternalId": ${jsonencode(id)}}},
      %{~ endif ~}
      "Action": "sts:AssumeRole"
    }
    %{~ endfor ~}
  ]
}
