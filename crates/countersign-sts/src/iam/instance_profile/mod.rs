//! Instance profiles: what EC2 instances get a role through, one each.

pub(super) mod create_instance_profile;
pub(super) mod delete_instance_profile;
pub(super) mod get_instance_profile;
pub(super) mod lists;
pub(super) mod role;
pub(super) mod shape;
pub(super) mod tags;

use super::permission::{Asked, ask};
use super::{account, arn, no_such_entity};
use crate::protocol::ApiError;
use crate::service::{Call, Written};
use crate::world::{Change, Edit, InstanceProfile};

/// Asks for an action on the instance profile of that name. Who may not act on it does not learn whether it exists.
fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
    let shown = format!("instance profile {name}");
    match named(call, name) {
        Some(profile) => {
            let asked = ask(call, action, arn(call, "instance-profile", &profile.path, &profile.name));
            asked.shown_as(shown).tagged(&profile.tags)
        }
        None => ask(call, action, arn(call, "instance-profile", "/", name)).shown_as(shown),
    }
}

/// The instance profile of that name, in any case.
fn named<'c>(call: &Call<'c>, name: &str) -> Option<&'c InstanceProfile> {
    account(call)?.instance_profiles.get(name)
}

/// The instance profile of that name, or the error that there is none.
fn found<'c>(call: &Call<'c>, name: &str) -> Result<&'c InstanceProfile, ApiError> {
    named(call, name).ok_or_else(|| no_such_entity(format!("Instance Profile {name} cannot be found.")))
}

/// The instance profile as it is from now on, and nothing to tell.
fn put(call: &Call<'_>, profile: InstanceProfile) -> Written {
    Written { result: Vec::new(), changes: vec![Change::InstanceProfile(call.principal.account, Edit::put(profile))] }
}
