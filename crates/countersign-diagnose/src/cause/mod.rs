//! The causes of a denial. One cause is `my_cause.rs`, its page `my_cause.md`, and a line in the list here.
//!
//! A cause looks at the `Situation` as a whole, or at one condition that fails or is open; of conditions, the first cause
//! of the list that recognises one has it. What a cause claims to be proved, the verdict tries: the call must be denied, and
//! allowed with the change.

mod companion_action;
mod finding;
mod limit;
mod ruled_out;

pub(crate) use finding::{Finding, Proof};
pub use finding::{Side, Status};
pub(crate) use ruled_out::ruled_out;

use crate::situation::{Situation, StatementView, Test};

type Recognise = fn(&Situation<'_>, &StatementView, &Test) -> Option<Finding>;

/// One way to be denied.
#[derive(Debug)]
pub struct Cause {
    /// The name: that of the catalogue in lower case with hyphens.
    pub id: &'static str,
    /// What is wrong, in a line.
    pub summary: &'static str,
    /// Its page, Markdown.
    pub page: &'static str,
    /// Who has to change something.
    pub side: Side,
    /// How long the repair takes, once somebody who may do it is found.
    pub time: &'static str,
    /// Looks at everything.
    pub(crate) situation: Option<fn(&Situation<'_>) -> Option<Finding>>,
    /// Looks at one condition of the statement that is meant for the caller.
    pub(crate) condition: Option<Recognise>,
}

macro_rules! causes {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        /// Every cause. Of two that fit equally well, the first comes first.
        pub static CAUSES: &[&Cause] = &[$(&$module::CAUSE),*];
    };
}

causes! {
    // What the code alone says.
    root_caller, max_session_duration, role_chain_duration, external_id_malformed, external_id_unsupported_api,
    sts_region_disabled, opt_in_region_caller, credentials_invalid, oidc_provider_missing,
    identity_token_rejected, oidc_audience,
    invalid_principal_at_write, malformed_policy_at_write, mfa_code_invalid, parameter_malformed, session_credentials,
    // What ARNs alone say.
    trust_self_assume_missing, wrong_partition, role_arn_malformed, target_not_a_role, wrong_caller_identity, role_not_found,
    // The trust policy.
    trust_explicit_deny, trust_action_mismatch, trust_principal_orphaned, trust_principal_session_arn,
    trust_service_principal, trust_federated_provider, trust_principal_missing, trust_tagsession_missing,
    trust_setsourceidentity_missing,
    // Its conditions.
    condition_key_wrong, condition_key_never_present, wildcard_in_stringequals, oidc_sub_mismatch, external_id_missing,
    external_id_mismatch, mfa_on_machine_principal, mfa_missing, session_name_mismatch, source_network, org_id_mismatch,
    trust_condition_not_met,
    // The caller's side and the guard rails.
    identity_resource_mismatch, identity_tagsession_missing, identity_setsourceidentity_missing, identity_explicit_deny,
    identity_allow_missing, eventual_consistency, permissions_boundary, session_policy, scp_deny, rcp_deny, vpce_policy,
}

/// The cause called `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Cause> {
    CAUSES.iter().copied().find(|cause| cause.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_name_and_a_whole_page() {
        let mut ids: Vec<&str> = CAUSES.iter().map(|cause| cause.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CAUSES.len());
        for cause in CAUSES {
            assert!(cause.page.starts_with(&format!("# {}\n", cause.id)), "{}", cause.id);
            for heading in ["## What it looks like", "## What proves it", "## What to do", "## What not to try"] {
                assert!(cause.page.contains(heading), "{}: {heading}", cause.id);
            }
            assert!(cause.situation.is_some() || cause.condition.is_some(), "{}", cause.id);
        }
    }
}
