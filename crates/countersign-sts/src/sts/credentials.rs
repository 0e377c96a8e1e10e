//! Temporary credentials.

use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;

use crate::protocol::{ApiError, Checks, Element, ErrorCode};
use crate::service::Call;
use crate::signature::Session;

/// The largest session token of AWS's, in bytes.
const LARGEST_TOKEN: usize = 4096;

/// `MinimumSessionTokenSize`: how large the token is made, to see whether it gets through.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TokenSize(usize);

impl TokenSize {
    pub(super) fn read(checks: &mut Checks<'_>) -> Result<Self, ApiError> {
        let least = checks.integer("MinimumSessionTokenSize", 0, 4096)?;
        Ok(Self(least.and_then(|least| usize::try_from(least).ok()).unwrap_or_default()))
    }
}

/// The `Credentials` of a session in `account`, and how large the token is. They are made of the session and the
/// endpoint's key, and stored nowhere.
///
/// The sizes are those of the endpoint's own tokens, which are not packed as AWS's are; the share never exceeds 100.
pub(super) fn issue(
    call: &Call<'_>,
    account: AccountId,
    session: &Session,
    TokenSize(least): TokenSize,
) -> Result<Vec<Element>, ApiError> {
    check_region(call, account)?;
    let token = call.token_key.seal(session, call.mint.nonce(), least);
    let size = token.len();
    let credentials = vec![
        Element::leaf("AccessKeyId", &session.access_key_id),
        Element::leaf("SecretAccessKey", call.mint.secret(&session.access_key_id)),
        Element::leaf("SessionToken", token),
        Element::time("Expiration", Moment::from_seconds(session.expires)),
    ];
    Ok(vec![
        Element::parent("Credentials", credentials),
        Element::number("SessionTokenUtilization", (size * 100).div_ceil(LARGEST_TOKEN).min(100)),
        Element::number("SessionTokenSize", size),
    ])
}

/// Refuses regions in which the account has STS off.
fn check_region(call: &Call<'_>, account: AccountId) -> Result<(), ApiError> {
    let settings = call.world.account(account).map(|account| &account.settings);
    if settings.is_none_or(|settings| !settings.disabled_regions.iter().any(|region| region == call.region)) {
        return Ok(());
    }
    let text = format!(
        "STS is not activated in this region for account:{account}. Your account administrator can activate STS in this \
         region using the IAM Console."
    );
    Err(ApiError::new(ErrorCode::RegionDisabledException, text))
}
