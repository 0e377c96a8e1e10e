//! A client's side of Signature V4, for one path and one body.

use std::collections::BTreeMap;

use countersign_policy::condition::date::Moment;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Clone)]
pub(crate) struct Credentials {
    id: String,
    secret: String,
    pub(crate) token: Option<String>,
}

impl Credentials {
    /// `id secret`, or an account with the secret `test`.
    pub(crate) fn declared(text: &str) -> Self {
        let (id, secret) = text.split_once(' ').unwrap_or((text, "test"));
        Self { id: id.to_owned(), secret: secret.to_owned(), token: None }
    }

    /// Those in an answer: temporary ones, or a new access key.
    pub(crate) fn of(fields: &BTreeMap<String, String>) -> Self {
        let parent = if fields.contains_key("AccessKey/AccessKeyId") { "AccessKey" } else { "Credentials" };
        let field = |name: &str| fields.get(&format!("{parent}/{name}")).cloned();
        Self {
            id: field("AccessKeyId").unwrap_or_default(),
            secret: field("SecretAccessKey").unwrap_or_default(),
            token: field("SessionToken"),
        }
    }
}

pub(crate) fn encode(pairs: &[(String, String)]) -> String {
    let escape = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let encoded: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    encoded.join("&")
}

/// The headers that sign a POST of `body` with `headers`.
pub(crate) fn header(
    credentials: &Credentials,
    headers: &[(String, String)],
    body: &str,
    now: Moment,
    (region, service): (&str, &str),
) -> Vec<(String, String)> {
    let stamp = stamp(now);
    let mut added = vec![("x-amz-date".to_owned(), stamp.clone())];
    added.extend(credentials.token.iter().map(|token| ("x-amz-security-token".to_owned(), token.clone())));
    let mut signed: Vec<&(String, String)> =
        headers.iter().filter(|(name, _)| name != "user-agent").chain(&added).collect();
    signed.sort();
    let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", hash(body));
    let (scope, signature) = sign(credentials, &canonical, &stamp, (region, service));
    let id = &credentials.id;
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    added.push(("authorization".to_owned(), authorization));
    added
}

/// The path and query of a presigned GET.
pub(crate) fn presigned(
    credentials: &Credentials,
    query: &BTreeMap<String, String>,
    expires: i64,
    now: Moment,
) -> String {
    let stamp = stamp(now);
    let day = stamp.split('T').next().unwrap();
    let mut pairs = query.clone();
    pairs.insert("X-Amz-Algorithm".into(), "AWS4-HMAC-SHA256".into());
    pairs.insert("X-Amz-Credential".into(), format!("{}/{day}/us-east-1/sts/aws4_request", credentials.id));
    pairs.insert("X-Amz-Date".into(), stamp.clone());
    pairs.insert("X-Amz-Expires".into(), expires.to_string());
    pairs.insert("X-Amz-SignedHeaders".into(), "host".into());
    let pairs: Vec<(String, String)> = pairs.into_iter().collect();
    let query = encode(&pairs);
    let canonical = format!("GET\n/\n{query}\nhost:127.0.0.1:4566\n\nhost\n{}", hash(""));
    let (_, signature) = sign(credentials, &canonical, &stamp, ("us-east-1", "sts"));
    format!("/?{query}&X-Amz-Signature={signature}")
}

fn sign(credentials: &Credentials, canonical: &str, stamp: &str, (region, service): (&str, &str)) -> (String, String) {
    let day = stamp.split('T').next().unwrap();
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hash(canonical));
    let first = format!("AWS4{}", credentials.secret).into_bytes();
    let key = scope.split('/').fold(first, |key, part| mac(&key, part));
    (scope, HEXLOWER.encode(&mac(&key, &to_sign)))
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

fn stamp(now: Moment) -> String {
    now.to_string().replace(['-', ':'], "")
}
