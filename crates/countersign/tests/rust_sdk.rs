//! The AWS SDK for Rust over the endpoint, without a socket.

#![cfg(test)]

use std::sync::Arc;

use aws_sdk_sts::Client;
use aws_sdk_sts::config::Credentials;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::time::StaticTimeSource;
use countersign_sts::{Endpoint, Notation, Strictness, World, sdk};

const NOON: i64 = 1_795_348_800;
const VENDOR: &str = "arn:aws:iam::111122223333:role/Vendor";
const DENIED: &str = "User: arn:aws:iam::999988887777:user/collector is not authorized to perform: sts:AssumeRole on \
                      resource: arn:aws:iam::111122223333:role/Vendor";

fn endpoint() -> Arc<Endpoint> {
    let text = include_str!("../../../integrations/world.json");
    let world = World::declared(text, Notation::Json, Strictness::Strict).unwrap();
    Arc::new(Endpoint::new(world, [7; 32]))
}

fn client(endpoint: &Arc<Endpoint>, caller: Credentials) -> Client {
    let config = sdk::sts_config(Arc::clone(endpoint), caller).time_source(StaticTimeSource::from_secs(NOON as u64));
    Client::from_conf(config.build())
}

fn collector() -> Credentials {
    Credentials::new("AKIAU3UKDXOYQEXAMPLE", "an-example-and-no-secret", None, None, "test")
}

/// The credentials of an AssumeRole by the collector.
async fn assume(endpoint: &Arc<Endpoint>, external_id: Option<&str>) -> Result<Credentials, (String, String)> {
    let call = client(endpoint, collector()).assume_role().role_arn(VENDOR).role_session_name("nightly");
    let answer = call.set_external_id(external_id.map(str::to_owned)).send().await.map_err(told)?;
    let found = answer.credentials().unwrap();
    let token = Some(found.session_token().to_owned());
    assert_eq!(found.expiration().secs(), NOON + 3600);
    Ok(Credentials::new(found.access_key_id(), found.secret_access_key(), token, None, "sts"))
}

fn told<E: ProvideErrorMetadata + std::fmt::Debug, R: std::fmt::Debug>(error: SdkError<E, R>) -> (String, String) {
    let service = error.as_service_error().unwrap_or_else(|| panic!("{error:?}"));
    (service.code().unwrap().to_owned(), service.message().unwrap().to_owned())
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

#[test]
fn the_external_id_opens_the_role() {
    run(async {
        let endpoint = endpoint();
        let session = assume(&endpoint, Some("tenant-7f2")).await.unwrap();
        let identity = client(&endpoint, session).get_caller_identity().send().await.unwrap();
        assert_eq!(identity.arn(), Some("arn:aws:sts::111122223333:assumed-role/Vendor/nightly"));
    });
}

#[test]
fn no_other_external_id_does() {
    run(async {
        for external_id in [None, Some("Tenant-7F2"), Some("tenant-7f3")] {
            let (code, message) = assume(&endpoint(), external_id).await.unwrap_err();
            assert_eq!((code.as_str(), message.as_str()), ("AccessDenied", DENIED), "{external_id:?}");
        }
    });
}

#[test]
fn a_session_ends() {
    run(async {
        let endpoint = endpoint();
        let session = client(&endpoint, assume(&endpoint, Some("tenant-7f2")).await.unwrap());
        endpoint.advance(3599);
        assert!(session.get_caller_identity().send().await.is_ok());
        endpoint.advance(1);
        let (code, message) = told(session.get_caller_identity().send().await.unwrap_err());
        assert_eq!(code, "ExpiredToken");
        assert_eq!(message, "The security token included in the request is expired");
    });
}

#[test]
fn the_clients_clock_is_that_of_the_endpoint() {
    run(async {
        let endpoint = endpoint();
        let session = assume(&endpoint, Some("tenant-7f2")).await.unwrap();
        let config = sdk::sts_config(Arc::clone(&endpoint), session);
        let late = config.time_source(StaticTimeSource::from_secs(NOON as u64 + 3600)).build();
        let (code, _) = told(Client::from_conf(late).get_caller_identity().send().await.unwrap_err());
        assert_eq!(code, "ExpiredToken");
    });
}

#[test]
fn a_secret_that_is_wrong_does_not_sign() {
    run(async {
        let wrong = Credentials::new("AKIAU3UKDXOYQEXAMPLE", "guess", None, None, "test");
        let (code, _) = told(client(&endpoint(), wrong).get_caller_identity().send().await.unwrap_err());
        assert_eq!(code, "SignatureDoesNotMatch");
    });
}
