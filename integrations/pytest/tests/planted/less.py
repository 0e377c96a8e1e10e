"""How the planted cause is to stand where a kind of evidence is left out."""

# Best first. `open`: other causes are named, none of them as proved.
STANDINGS = ["proved", "first", "named", "open"]

# Without it the cause is proved all the same, but for these.
WITHOUT = {
    "identity": {
        "identity-allow-missing": "named",
        "identity-explicit-deny": "open",
        "identity-resource-mismatch": "open",
        "identity-setsourceidentity-missing": "named",
        "identity-tagsession-missing": "named",
        # The Deny that asks for MFA may stand in them.
        "mfa-missing": "open",
    },
    "request": {
        "condition-key-wrong": "first",
        # Whether one was sent the call says, and nothing else.
        "external-id-mismatch": "open",
        "external-id-missing": "first",
        "mfa-missing": "first",
        "session-name-mismatch": "first",
        "trust-explicit-deny": "named",
        # The role and the issuer of the token are not in the error.
        "trust-federated-provider": "open",
        "wildcard-in-stringequals": "open",
    },
    "trust": {
        "condition-key-never-present": "open",
        "condition-key-wrong": "open",
        "external-id-mismatch": "named",
        "external-id-missing": "named",
        "external-id-unsupported-api": "open",
        # Within an account the trust policy may do without it.
        "identity-allow-missing": "open",
        "malformed-policy-at-write": "first",
        "mfa-missing": "named",
        "mfa-on-machine-principal": "open",
        "oidc-audience": "open",
        "oidc-sub-mismatch": "first",
        "org-id-mismatch": "open",
        "permissions-boundary": "first",
        "session-name-mismatch": "open",
        "session-policy": "first",
        "source-network": "open",
        "trust-action-mismatch": "open",
        "trust-condition-not-met": "open",
        "trust-explicit-deny": "open",
        "trust-federated-provider": "named",
        "trust-principal-missing": "named",
        "trust-principal-orphaned": "open",
        "trust-principal-session-arn": "open",
        "trust-setsourceidentity-missing": "first",
        "trust-tagsession-missing": "first",
        "wildcard-in-stringequals": "open",
    },
}


def expected_standing(cause, left_out):
    return WITHOUT[left_out].get(cause, "proved")
