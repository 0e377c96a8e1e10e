//! Temporary credentials.

use countersign_policy::condition::date::Moment;

use crate::protocol::Element;
use crate::service::Call;
use crate::signature::Session;

/// The `Credentials` of a session. They are made of the session and the endpoint's key, and stored nowhere.
pub(super) fn issue(call: &Call<'_>, session: &Session) -> Element {
    let token = call.token_key.seal(session, call.mint.nonce());
    Element::parent(
        "Credentials",
        vec![
            Element::leaf("AccessKeyId", &session.access_key_id),
            Element::leaf("SecretAccessKey", call.mint.secret(&session.access_key_id)),
            Element::leaf("SessionToken", token),
            Element::time("Expiration", Moment::from_seconds(session.expires)),
        ],
    )
}
