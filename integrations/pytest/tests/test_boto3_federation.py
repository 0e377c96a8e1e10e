"""The rest of STS by boto3: federation, root sessions, tokens of our own, encoded messages."""

import base64
import datetime
import json

import boto3
import jwt
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa

ACCOUNT = "111122223333"
ISSUER = "https://idp.example"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/Corp"
METADATA = (
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/saml">'
    '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>'
)
AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def policy(**statement):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]}


@pytest.fixture
def countersign_world():
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k1", "use": "sig", "alg": "RS256"}
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example"
    deploy = policy(
        Principal={"Federated": provider},
        Action="sts:AssumeRoleWithWebIdentity",
        Condition={"StringEquals": {"idp.example:aud": "app", "idp.example:sub": "repo:octo/app"}},
    )
    staff = policy(
        Principal={"Federated": PROVIDER},
        Action="sts:AssumeRoleWithSAML",
        Condition={"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}},
    )
    return {
        "accounts": {
            ACCOUNT: {
                "outbound-web-identity-federation": "on",
                "oidc-providers": {ISSUER: {"client-ids": ["app"], "jwks": {"keys": [jwk]}}},
                "saml-providers": {"Corp": {"metadata": METADATA}},
                "roles": {"Deploy": {"trust-policy": deploy}, "Staff": {"trust-policy": staff}},
            }
        },
        "organizations": {
            "o-exampleorg1": {
                "management-account": "999988887777",
                "root": "r-ab12",
                "root-sessions": "on",
                "accounts": {ACCOUNT: {}},
            }
        },
    }


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def with_token(sts, key=KEY, **claims):
    now = int(datetime.datetime.now().timestamp())
    plain = {"iss": ISSUER, "aud": "app", "sub": "repo:octo/app", "iat": now, "exp": now + 600}
    token = jwt.encode(plain | claims, key, algorithm="RS256", headers={"kid": "k1"})
    call = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Deploy", "RoleSessionName": "build", "WebIdentityToken": token}
    return lambda: sts.assume_role_with_web_identity(**call)


def test_a_web_identity(countersign):
    sts = countersign.client("sts")
    answer = with_token(sts)()
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == ("repo:octo/app", "app")
    arn = countersign.client("sts", credentials=answer["Credentials"]).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/build"

    assert code_of(with_token(sts, sub="repo:octo/fork")) == "AccessDenied"
    assert code_of(with_token(sts, exp=1)) == "ExpiredTokenException"
    assert code_of(with_token(sts, aud="other")) == "InvalidIdentityToken"
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert code_of(with_token(sts, key=other)) == "InvalidIdentityToken"


def test_a_web_identity_by_its_file(countersign_environment, monkeypatch, tmp_path):
    file = tmp_path / "token"
    now = int(datetime.datetime.now().timestamp())
    claims = {"iss": ISSUER, "aud": "app", "sub": "repo:octo/app", "iat": now, "exp": now + 600}
    file.write_text(jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k1"}))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(file))
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{ACCOUNT}:role/Deploy")
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "pod")
    assert boto3.Session().client("sts").get_caller_identity()["Arn"].endswith("assumed-role/Deploy/pod")


def assertion(role, minutes=5):
    def at(change):
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=change)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def attribute(name, value):
        full = f"https://aws.amazon.com/SAML/Attributes/{name}"
        return f'<s:Attribute Name="{full}"><s:AttributeValue>{value}</s:AttributeValue></s:Attribute>'

    text = f"""<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_r" Version="2.0" IssueInstant="{at(0)}"><s:Issuer>https://idp.example/saml</s:Issuer>
<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>
<s:Assertion ID="_a" Version="2.0" IssueInstant="{at(0)}"><s:Issuer>https://idp.example/saml</s:Issuer>
<s:Subject><s:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann</s:NameID>
<s:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<s:SubjectConfirmationData NotOnOrAfter="{at(minutes)}" Recipient="https://signin.aws.amazon.com/saml"/>
</s:SubjectConfirmation></s:Subject>
<s:Conditions NotBefore="{at(-1)}" NotOnOrAfter="{at(minutes)}">
<s:AudienceRestriction><s:Audience>urn:amazon:webservices</s:Audience></s:AudienceRestriction></s:Conditions>
<s:AuthnStatement AuthnInstant="{at(0)}"/>
<s:AttributeStatement>{attribute("Role", f"{role},{PROVIDER}")}{attribute("RoleSessionName", "ann")}</s:AttributeStatement>
</s:Assertion></p:Response>"""
    return base64.b64encode(text.encode()).decode()


def test_a_saml_assertion(countersign):
    sts, role = countersign.client("sts"), f"arn:aws:iam::{ACCOUNT}:role/Staff"
    call = {"RoleArn": role, "PrincipalArn": PROVIDER, "SAMLAssertion": assertion(role)}
    answer = sts.assume_role_with_saml(**call)
    assert (answer["Subject"], answer["Issuer"]) == ("ann", "https://idp.example/saml")
    arn = countersign.client("sts", credentials=answer["Credentials"]).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/Staff/ann"
    late = call | {"SAMLAssertion": assertion(role, minutes=-10)}
    assert code_of(sts.assume_role_with_saml, **late) == "ExpiredTokenException"
    other = call | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Deploy"}
    assert code_of(sts.assume_role_with_saml, **other) == "InvalidIdentityToken"


def test_a_federated_user_has_what_both_policies_allow(countersign):
    sts = countersign.client("sts", account=ACCOUNT)
    allowed = json.dumps(policy(Action="iam:ListUsers", Resource="*"))
    answer = sts.get_federation_token(Name="bob", Policy=allowed, DurationSeconds=900)
    assert answer["FederatedUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    federated = countersign.client("sts", credentials=answer["Credentials"])
    assert federated.get_caller_identity()["UserId"] == f"{ACCOUNT}:bob"
    assert code_of(federated.get_session_token) == "AccessDenied"
    countersign.advance(900)
    assert code_of(federated.get_caller_identity) == "ExpiredToken"


def test_the_root_user_of_a_member(countersign):
    sts = countersign.client("sts", account="999988887777")
    answer = sts.assume_root(TargetPrincipal=ACCOUNT, TaskPolicyArn={"arn": AUDIT})
    root = countersign.client("sts", credentials=answer["Credentials"]).get_caller_identity()
    assert root["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    outside = countersign.client("sts", account="555555555555")
    assert code_of(outside.assume_root, TargetPrincipal=ACCOUNT, TaskPolicyArn={"arn": AUDIT}) == "AccessDenied"


def test_a_token_for_others(countersign):
    sts = countersign.client("sts", account=ACCOUNT)
    call = {"Audience": ["https://api.example"], "SigningAlgorithm": "RS256", "DurationSeconds": 60}
    token = sts.get_web_identity_token(**call)["WebIdentityToken"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["sub"], claims["aud"]) == (f"arn:aws:iam::{ACCOUNT}:user/admin", "https://api.example")
    elsewhere = countersign.client("sts", account="555555555555")
    assert code_of(elsewhere.get_web_identity_token, **call) == "OutboundWebIdentityFederationDisabledException"


def test_what_there_is_nothing_to_trade_in_for(countersign):
    sts = countersign.client("sts", account=ACCOUNT)
    assert code_of(sts.get_delegated_access_token, TradeInToken="x") == "ExpiredTradeInTokenException"


def test_a_message_that_is_none_of_ours(countersign):
    sts = countersign.client("sts", account=ACCOUNT)
    assert code_of(sts.decode_authorization_message, EncodedMessage="x") == "InvalidAuthorizationMessageException"
