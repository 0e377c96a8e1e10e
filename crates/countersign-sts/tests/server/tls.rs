//! TLS with a certificate that is made at the start, and with one that is given.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use countersign_sts::server::Server;
use countersign_sts::server::tls::{Tls, TlsError};
use countersign_sts::{Endpoint, Strictness, World};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{signed_at, status};

fn serve(tls: Tls) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let endpoint = Endpoint::new(World::new(Strictness::OutOfTheBox), [7; 32]);
        let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, Box::new(|_| {})).unwrap().with_tls(tls);
        sender.send(server.address().unwrap()).unwrap();
        server.run().unwrap();
    });
    receiver.recv().unwrap()
}

/// The answer to a signed call, for a client that trusts `authority` and looks for `name`.
fn call(address: SocketAddr, authority: &str, name: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(signed_at(address, "/", &[]).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8(answer).unwrap())
}

#[test]
fn a_certificate_made_at_the_start_is_good_for_loopback_and_for_nobody_elses_trust() {
    let tls = Tls::self_signed(Ipv4Addr::LOCALHOST.into()).unwrap();
    let authority = tls.authority().unwrap().to_owned();
    let address = serve(tls);
    for name in ["127.0.0.1", "localhost", "::1"] {
        assert_eq!(status(&call(address, &authority, name).unwrap()), "200", "{name}");
    }
    assert!(call(address, &authority, "example.com").is_err());
    let other = Tls::self_signed(Ipv4Addr::LOCALHOST.into()).unwrap();
    assert!(call(address, other.authority().unwrap(), "localhost").is_err());

    // A client that does not speak TLS gets no answer in HTTP.
    let mut plain = TcpStream::connect(address).unwrap();
    plain.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
}

#[test]
fn a_given_certificate_is_used_and_a_broken_one_refused() {
    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(vec!["sts.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    let tls = Tls::of_pem(own.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    assert_eq!(tls.authority(), None);
    let address = serve(tls);
    assert_eq!(status(&call(address, &own.pem(), "sts.test").unwrap()), "200");

    let (pem, key_pem) = (own.pem(), key.serialize_pem());
    let other_key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let error = |certificate: &str, key: &str| Tls::of_pem(certificate.as_bytes(), key.as_bytes()).err().unwrap();
    assert!(matches!(error("", &key_pem), TlsError::NoCertificate));
    assert!(matches!(error(&key_pem, &key_pem), TlsError::NoCertificate));
    assert!(matches!(error(&pem, &pem), TlsError::NoKey));
    assert!(matches!(error(&pem, &other_key), TlsError::Refused(_)));
}
