//! Against the facts of AWS's published signature test suite: its key, its time, its signatures.

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const STAMP: &str = "20150830T123600Z";

fn now() -> Moment {
    time::parse(STAMP).unwrap()
}

fn verify(request: &Request<'_>) -> Result<(), ApiError> {
    Signed::read(request, "service", now())?.verify(SECRET)
}

fn header_signed(
    method: &str,
    target: &str,
    extra: &[(&str, &str)],
    body: &str,
    signature: &str,
) -> Result<(), ApiError> {
    let mut names: Vec<&str> = extra.iter().map(|(name, _)| *name).chain(["host", "x-amz-date"]).collect();
    names.sort_unstable();
    names.dedup();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={}, Signature={signature}",
        names.join(";")
    );
    let mut headers: Vec<(&str, &[u8])> = vec![("Host", b"example.amazonaws.com"), ("X-Amz-Date", STAMP.as_bytes())];
    headers.extend(extra.iter().map(|(name, value)| (*name, value.as_bytes())));
    headers.push(("Authorization", authorization.as_bytes()));
    verify(&Request { method, target, headers: &headers, body: body.as_bytes(), source_ip: None })
}

const GET_VANILLA: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

#[test]
fn published_signatures_verify() {
    let get = |target, signature| header_signed("GET", target, &[], "", signature);
    get("/", GET_VANILLA).unwrap();
    get("/./", GET_VANILLA).unwrap();
    get("//", GET_VANILLA).unwrap();
    get("/example/..", GET_VANILLA).unwrap();
    get("/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500").unwrap();
    header_signed("POST", "/", &[], "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b").unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
    header_signed("POST", "/", &form, "Param1=value1", signature).unwrap();
}

#[test]
fn whatever_is_signed_counts() {
    let refused = |result: Result<(), ApiError>| {
        let error = result.unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::SignatureDoesNotMatch, MISMATCH));
    };
    refused(header_signed("POST", "/", &[], "", GET_VANILLA));
    refused(header_signed("GET", "/a", &[], "", GET_VANILLA));
    refused(header_signed("GET", "/?a=b", &[], "", GET_VANILLA));
    refused(header_signed("GET", "/", &[("my-header1", "x")], "", GET_VANILLA));
    refused(header_signed("GET", "/", &[], "body", GET_VANILLA));
    refused(header_signed("GET", "/", &[], "", &GET_VANILLA.replace('5', "6")));
    refused(header_signed("GET", "/", &[], "", ""));
    refused(header_signed("GET", "/", &[], "", GET_VANILLA.get(..32).unwrap()));
    // The hash in the header is signed, and is not the body's.
    let wrong_hash = [("x-amz-content-sha256", "00")];
    refused(header_signed("GET", "/", &wrong_hash, "", GET_VANILLA));
}

#[test]
fn the_clock_may_be_a_quarter_of_an_hour_off() {
    let headers: [(&str, &[u8]); 3] = [
        ("host", b"example.amazonaws.com"),
        ("x-amz-date", STAMP.as_bytes()),
        ("authorization", b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"),
    ];
    let request = Request { method: "GET", target: "/", headers: &headers, body: b"", source_ip: None };
    let at =
        |seconds| Signed::read(&request, "service", now().plus_seconds(seconds)).map(|_| ()).map_err(|e| e.message);
    assert_eq!(at(900), Ok(()));
    assert_eq!(at(-900), Ok(()));
    assert_eq!(
        at(901).unwrap_err(),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)"
    );
    assert_eq!(
        at(-901).unwrap_err(),
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)"
    );
}
