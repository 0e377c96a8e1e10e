//! The server over loopback: what comes on the wire that no SDK sends, and that it goes on serving.

#![cfg(test)]

mod tls;

#[allow(dead_code, reason = "the wire cases sign more than one kind of request")]
#[path = "../wire/sign.rs"]
mod sign;

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_policy::condition::date::Moment;
use countersign_sts::server::Server;
use countersign_sts::{Endpoint, Strictness, World};
use sign::Credentials;

/// Heads that are larger may be cut off.
const MOST_HEAD: usize = 64 << 10;
const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// One server for all tests, which ends with the process.
static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let endpoint = Endpoint::new(World::new(Strictness::OutOfTheBox), [7; 32]);
        let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, Box::new(|_| {})).unwrap();
        sender.send(server.address().unwrap()).unwrap();
        server.run().unwrap();
    });
    receiver.recv().unwrap()
});

fn connect() -> TcpStream {
    let stream = TcpStream::connect(*SERVER).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// What the server says to `request` until it closes.
fn answer_to(request: &[u8]) -> String {
    let mut stream = connect();
    // A server that refuses early may close before all is sent.
    let _ = stream.write_all(request);
    read_all(stream)
}

fn read_all(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.strip_prefix("HTTP/1.1 ").or(answer.strip_prefix("HTTP/1.0 ")).and_then(|rest| rest.get(..3)).unwrap_or("")
}

/// A call to `target`, signed for `/`, with more headers, and the last one of its connection.
fn signed(target: &str, more: &[(&str, &str)]) -> String {
    signed_at(*SERVER, target, more)
}

fn signed_at(address: SocketAddr, target: &str, more: &[(&str, &str)]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Moment::from_seconds(i64::try_from(now.as_secs()).unwrap());
    let mut headers: Vec<(String, String)> = vec![("host".into(), address.to_string())];
    headers.extend(sign::header(&Credentials::declared("111122223333"), &headers, IDENTITY, now, ("eu-west-1", "sts")));
    headers.push(("content-length".into(), IDENTITY.len().to_string()));
    headers.push(("connection".into(), "close".into()));
    headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("POST {target} HTTP/1.1\r\n{lines}\r\n{IDENTITY}")
}

#[test]
fn answers_carry_awss_headers_and_the_format_that_is_accepted() {
    let xml = answer_to(signed("/", &[]).as_bytes());
    let (head, body) = xml.split_once("\r\n\r\n").unwrap();
    assert_eq!(status(&xml), "200", "{xml}");
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {head}"));
        line.trim().to_owned()
    };
    assert_eq!(header("content-type:"), "text/xml");
    assert!(body.contains(&format!("<RequestId>{}</RequestId>", header("x-amzn-requestid:"))));
    assert!(header("date:").ends_with(" GMT"));
    let extended = data_encoding::BASE64.decode(header("x-amz-sts-extended-request-id:").as_bytes()).unwrap();
    assert!(extended.starts_with(b"1:eu-west-1:S:"));

    let json = answer_to(signed("/", &[("accept", "application/json")]).as_bytes());
    let (head, body) = json.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["GetCallerIdentityResponse"]["GetCallerIdentityResult"]["Account"], "111122223333");
}

#[test]
fn two_calls_in_one_packet_get_two_answers() {
    let last = signed("/", &[]);
    let first = last.replace("connection: close\r\n", "");
    let answers = answer_to(format!("{first}{last}").as_bytes());
    assert_eq!(answers.matches("<Account>111122223333</Account>").count(), 2, "{answers}");
}

#[test]
fn a_body_that_is_too_large_is_refused_without_reading_it() {
    let announced = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\nAction=";
    let mut stream = connect();
    stream.write_all(announced.as_bytes()).unwrap();
    // It answers although the body is still to come, and closes.
    let answer = read_all(stream);
    assert_eq!(status(&answer), "413", "{answer}");

    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    let chunked = format!("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(3));
    let mut stream = connect();
    let _ = stream.write_all(chunked.as_bytes());
    let mut first = [0; 12];
    // Closing with bytes unread may cut the answer off.
    if stream.read_exact(&mut first).is_ok() {
        assert_eq!(&first, b"HTTP/1.1 413");
    }
    assert_eq!(status(&answer_to(signed("/", &[]).as_bytes())), "200");
}

#[test]
fn broken_heads_are_refused_and_leave_the_server_well() {
    let long = "x".repeat(400 << 10);
    let many = (0..500).map(|number| format!("x-{number}: y\r\n")).collect::<String>();
    for (request, expected) in [
        ("nonsense\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/9.9\r\nhost: x\r\n\r\n".to_owned(), "400"),
        ("GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nhost: \u{1}\r\n\r\n".to_owned(), "400"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_owned(), "400"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(), "400"),
        ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), "431"),
        (format!("GET /?{long} HTTP/1.1\r\nhost: x\r\n\r\n"), "431"),
    ] {
        let shown: String = request.chars().take(60).collect();
        let answer = answer_to(request.as_bytes());
        // The connection may be reset before the answer to a head that is much too long is read.
        assert!(status(&answer) == expected || (request.len() > MOST_HEAD && answer.is_empty()), "{shown:?}: {answer}");
    }
    assert_eq!(status(&answer_to(signed("/", &[]).as_bytes())), "200");
}

#[test]
fn only_the_root_is_the_api() {
    for target in ["/x", "//", "/./", "/x/..", "/%2e", "/%2E%2E/", "/..", "/\\", "/w/absent/", "/w/../", "/w//"] {
        let answer = answer_to(signed(target, &[]).as_bytes());
        assert!(status(&answer).starts_with('4'), "{target}: {answer}");
        assert!(!answer.contains("111122223333"), "{target}: {answer}");
    }
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        let answer = answer_to(signed("/", &[]).replacen("POST", method, 1).as_bytes());
        assert!(status(&answer).starts_with('4'), "{method}: {answer}");
    }
}

#[test]
fn a_client_that_stops_amid_its_body_is_not_answered_as_if_it_had_sent_all() {
    let call = signed("/", &[]);
    let mut stream = connect();
    stream.write_all(call.get(..call.len() - 1).unwrap().as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = read_all(stream);
    assert!(!answer.contains("111122223333") && status(&answer) != "200", "{answer}");
}

#[test]
fn worlds_of_tests_that_forget_to_delete_theirs_do_not_grow_without_end() {
    let put = |name: &str, bytes: usize| {
        let body = format!("#{}", "x".repeat(bytes - 1));
        let head = format!(
            "PUT /w/{name} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {bytes}\r\n\r\n",
            *SERVER
        );
        answer_to(format!("{head}{body}").as_bytes())
    };
    let forget = |name: &str| {
        answer_to(format!("DELETE /w/{name} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", *SERVER).as_bytes())
    };
    let names: Vec<String> = (0..8).map(|n| format!("large-{n}")).collect();
    for name in &names {
        assert_eq!(status(&put(name, 2 << 20)), "201", "{name}");
    }
    let refused = put("one-more", 2);
    assert_eq!(status(&refused), "409", "{refused}");
    // To make one again takes no room but its own.
    assert_eq!(status(&put("large-0", 2 << 20)), "200");
    names.iter().for_each(|name| assert!(status(&forget(name)).starts_with('2')));
    assert_eq!(status(&put("one-more", 2)), "201");
    forget("one-more");
}
