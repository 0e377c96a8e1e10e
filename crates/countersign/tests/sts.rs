//! The endpoint behind its socket: what the HTTP shell adds to `Endpoint::respond`.

#![cfg(test)]
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["sts", "--port", "0", "--print-env", "--strict"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_STS=http://").unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Sends bytes on a connection of its own and reads until the server closes it.
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        // The server may answer and close before it has read all.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    fn end(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn post(headers: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n{body}")
}

#[test]
fn the_shell_answers_bounds_and_ends() {
    let mut server = Running::start();
    assert!(server.address.ip().is_loopback());

    let health = server.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(health.starts_with("HTTP/1.1 200 OK\r\n") && health.ends_with("\r\n\r\nok\n"), "{health}");

    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let unsigned = server.send(&post(&format!("Content-Length: {}\r\n", body.len()), body));
    assert!(unsigned.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{unsigned}");
    assert!(unsigned.contains("content-type: text/xml\r\n") && unsigned.contains("x-amzn-requestid: "), "{unsigned}");
    assert!(unsigned.contains("<Code>MissingAuthenticationToken</Code>"), "{unsigned}");

    let announced = server.send(&post("Content-Length: 1073741824\r\n", ""));
    assert!(announced.starts_with("HTTP/1.1 413 "), "{announced}");
    let chunk = format!("300000\r\n{}\r\n0\r\n\r\n", "x".repeat(0x30_0000));
    let chunked = server.send(&post("Transfer-Encoding: chunked\r\n", &chunk));
    assert!(chunked.is_empty() || chunked.starts_with("HTTP/1.1 413 "), "{chunked}");

    assert!(server.send("GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n").starts_with("HTTP/1.1 400 "));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn worlds_are_made_reset_and_forgotten() {
    let server = Running::start();
    let ask = |method: &str, path: &str, body: &str| {
        let length = body.len();
        server.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    };
    let status = |answer: &str| answer.get(9..12).unwrap_or_default().to_owned();
    let world =
        "[accounts.111122223333.users.ann]\nkeys = [{ id = \"AKIARTX3GSDS7EXAMPLE\", secret = \"no secret\" }]\n";

    assert_eq!(status(&ask("PUT", "/w/one", world)), "201");
    assert_eq!(status(&ask("PUT", "/w/one", world)), "200");
    assert!(ask("GET", "/w", "").ends_with("[\"one\"]"));
    let snapshot = ask("GET", "/w/one/snapshot", "");
    let (_, snapshot) = snapshot.split_once("\r\n\r\n").unwrap();
    assert!(snapshot.contains("AKIARTX3GSDS7EXAMPLE"), "{snapshot}");
    assert_eq!(status(&ask("PUT", "/w/two", snapshot)), "201");
    let again = ask("GET", "/w/two/snapshot", "");
    assert!(again.ends_with(snapshot), "{again}");

    let call = "Action=GetCallerIdentity&Version=2011-06-15";
    assert!(ask("POST", "/w/one/", call).contains("<Code>MissingAuthenticationToken</Code>"));
    assert!(ask("POST", "/w/three/", call).contains("there is no world `three`"));
    assert_eq!(status(&ask("POST", "/w/one/reset", "")), "204");
    assert_eq!(status(&ask("POST", "/w/one/advance", "3600")), "204");
    assert_eq!(status(&ask("POST", "/w/one/advance", "-1")), "400");
    assert_eq!(status(&ask("GET", "/w/one/advance", "")), "405");
    assert_eq!(status(&ask("DELETE", "/w/one", "")), "204");
    assert_eq!(status(&ask("POST", "/w/one/reset", "")), "404");

    assert_eq!(status(&ask("PUT", "/w/a%20b", "")), "400");
    assert!(ask("PUT", "/w/x", "[accounts.1]\n").contains("account `1` is not 12 digits"));
    assert!(ask("PUT", "/w/x", "{\"schema\":\"countersign.world/1\"}").contains("missing field `changes`"));
    let page = "PUT /w/x HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(status(&server.send(page)), "403");
}
