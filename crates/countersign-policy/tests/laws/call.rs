//! Random calls that could really be made: every context key has a value, or is absent, as AWS would have it for that
//! caller and action (semantics reference §4). Values are drawn from what the policy writes, so that calls get in.

use std::collections::BTreeSet;

use countersign_policy::arn::Arn;
use countersign_policy::assumptions::Assumptions;
use countersign_policy::condition::date;
use countersign_policy::evaluate::assume_role::{for_action, needed_actions};
use countersign_policy::evaluate::{Decision, Policy};
use countersign_policy::prove::Setting;
use countersign_policy::request::caller::Home;
use countersign_policy::request::{Caller, CallerKind, Request, RequestContext};

use super::policy::{NOW, OTHER, OWN, TrustPolicy, VENDOR, account};

/// A source of choices: the same seed, the same calls.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.roll() % count as u64).expect("fits")
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// Whose call it is, from the role owner's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    /// An account or a member of an organization of the owner's.
    Own,
    /// An account the policy mentions.
    Vendor,
    /// An account the policy does not mention.
    Stranger,
    Service,
    Federated,
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) party: Party,
    pub(crate) request: Request,
}

impl Call {
    pub(crate) fn external_id(&self) -> Option<&str> {
        self.request.context.get("sts:ExternalId").map(|values| values[0].as_str())
    }
}

/// Whether the trust policy allows every action the call needs.
pub(crate) fn gets_in(policy: &Policy, request: &Request, assumptions: Assumptions) -> bool {
    let allowed = |action: &str| {
        policy.decide_assuming(&for_action(request, action, assumptions), assumptions).decision == Decision::Allowed
    };
    needed_actions(request).into_iter().all(allowed)
}

/// Calls against one policy.
pub(crate) struct Calls<'a> {
    policy: &'a TrustPolicy,
    setting: &'a Setting,
    /// Accounts the policy's text mentions.
    mentioned: BTreeSet<String>,
    own_organizations: BTreeSet<String>,
    callers: Vec<Caller>,
    /// Every text of the policy's conditions, wildcards and variables included.
    texts: Vec<String>,
}

const STRANGERS: [&str; 4] = ["222233334444", "444455556666", "900000000001", "666666666601"];
const ORGANIZATIONS: [&str; 3] = ["o-acmeacme01", "o-acmeacme02", "o-foreign0001"];

impl<'a> Calls<'a> {
    pub(crate) fn new(policy: &'a TrustPolicy, setting: &'a Setting) -> Self {
        let texts: Vec<String> = policy.conditions().flat_map(|condition| condition.values.clone()).collect();
        let principals = policy.principals();
        let mentioned = texts.iter().chain(principals.iter().map(|(_, text)| text));
        let mentioned = mentioned
            .flat_map(|text| countersign_policy::account::account_ids_in(text))
            .map(|id| id.to_string())
            .collect();
        let mut calls = Self {
            policy,
            setting,
            mentioned,
            own_organizations: own_organizations(policy, setting),
            callers: Vec::new(),
            texts,
        };
        calls.callers = calls.callers();
        calls
    }

    fn callers(&self) -> Vec<Caller> {
        let partition = self.setting.role_arn.split(':').nth(1).expect("an ARN");
        let named: Vec<String> =
            self.policy.principals().into_iter().filter(|(kind, _)| *kind == "AWS").map(|(_, text)| text).collect();
        let mut callers: Vec<Caller> = Vec::new();
        let mut roles: Vec<(String, String, String)> = Vec::new();
        for text in &named {
            // Callers of other partitions do not exist.
            let Some(arn) = Arn::parse(text).filter(|arn| arn.partition == partition && !text.contains('*')) else {
                continue;
            };
            match arn.kind_path_name() {
                Some(("role", path, name)) => roles.push((arn.account.into(), path.into(), name.into())),
                Some(("user" | "federated-user", _, _)) => callers.extend(Caller::parse(text)),
                Some(("assumed-role", role, session)) => {
                    let home = Home { partition: arn.partition.into(), account: account(arn.account) };
                    callers.push(Caller::role_session(&home, "", role, session));
                }
                _ => {}
            }
        }
        let accounts = [OWN, VENDOR, OTHER].into_iter().chain(STRANGERS);
        for id in accounts {
            let home = Home { partition: partition.to_owned(), account: account(id) };
            for user in ["ann", "bob", "team/ann"] {
                callers.extend(Caller::parse(&format!("arn:{partition}:iam::{id}:user/{user}")));
            }
            callers.extend(Caller::parse(&format!("arn:{partition}:sts::{id}:federated-user/fed")));
            for (path, role) in [("", "Collector"), ("team", "Agent"), ("", "Admin"), ("", "x")] {
                // A role's name is unique in its account: the policy's spelling of its path is the true one.
                let of_policy = roles.iter().find(|(of, _, name)| of == id && name.eq_ignore_ascii_case(role));
                let (path, role) = of_policy.map_or((path, role), |(_, path, role)| (path, role));
                for session in ["s1", "session", "v1"] {
                    callers.push(Caller::role_session(&home, path, role, session));
                }
            }
        }
        let services =
            self.policy.principals().into_iter().filter(|(kind, _)| *kind == "Service").map(|(_, text)| text);
        callers.extend(
            services
                .chain(["lambda.amazonaws.com".to_owned(), "s3.amazonaws.com".to_owned()])
                .map(|name| Caller::service(&name)),
        );
        let providers =
            self.policy.principals().into_iter().filter(|(kind, _)| *kind == "Federated").map(|(_, text)| text);
        let usual = [
            "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com",
            "cognito-identity.amazonaws.com",
        ];
        callers.extend(providers.chain(usual.map(str::to_owned)).map(|name| Caller::federated(&name)));
        callers
    }

    /// One call.
    pub(crate) fn roll(&self, dice: &mut Dice) -> Call {
        let mut caller = dice.pick(&self.callers).clone();
        caller = match caller.kind() {
            CallerKind::User(_) => {
                caller.with_unique_id(*dice.pick(&["AIDAEXAMPLEID12345678", "AIDAOTHERID0123456789"]))
            }
            CallerKind::RoleSession(_) => {
                caller.with_unique_id(*dice.pick(&["AROAOTHERID0123456789", "AROAFURTHERID01234567"]))
            }
            _ => caller,
        };
        let action = match caller.kind() {
            CallerKind::Federated if caller.name().contains(":saml-provider/") => "sts:AssumeRoleWithSAML",
            CallerKind::Federated => "sts:AssumeRoleWithWebIdentity",
            _ => "sts:AssumeRole",
        };
        let mut context = RequestContext::for_caller(&caller);
        let aws = caller.home().is_some();
        self.always(&mut context, dice);
        let own = self.organization(&caller, &mut context, dice);
        let party = match caller.home() {
            Some(_) if own => Party::Own,
            Some(home) if self.mentioned.contains(home.account.as_str()) => Party::Vendor,
            Some(_) => Party::Stranger,
            None if matches!(caller.kind(), CallerKind::Service) => Party::Service,
            None => Party::Federated,
        };
        self.network(&caller, &mut context, dice);
        if aws {
            self.mfa(&mut context, dice);
            for tag in ["t", "u"] {
                self.maybe(&format!("aws:PrincipalTag/{tag}"), &mut context, dice, is_tag);
            }
            if dice.one_in(8) {
                context.set("aws:SourceIdentity", [*dice.pick(&["ann", "bob"])]);
            }
        }
        self.role_tags(&mut context, dice);
        if matches!(caller.kind(), CallerKind::Service) {
            self.maybe("aws:SourceArn", &mut context, dice, |text| {
                Arn::parse(text).is_some() && !text.contains(['*', '$'])
            });
            self.maybe("aws:SourceAccount", &mut context, dice, |text| {
                text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
            });
            self.maybe("aws:SourceOrgID", &mut context, dice, is_organization);
        }
        if matches!(caller.kind(), CallerKind::Federated)
            || (dice.one_in(10) && matches!(caller.kind(), CallerKind::RoleSession(_)))
        {
            self.claims(&caller, &mut context, dice);
        }
        self.session_tags(&mut context, dice);
        // Last, as they may follow from the rest.
        if dice.one_in(4) {
            self.maybe("sts:SourceIdentity", &mut context, dice, is_name);
        }
        let name = self.value("sts:RoleSessionName", &context, dice, is_name);
        context.set("sts:RoleSessionName", [name]);
        if action == "sts:AssumeRole" {
            self.maybe("sts:ExternalId", &mut context, dice, is_external_id);
        }
        Call {
            party,
            request: Request { caller, action: action.to_owned(), role: self.setting.role_arn.clone(), context },
        }
    }

    fn always(&self, context: &mut RequestContext, dice: &mut Dice) {
        let dates = self.texts.iter().filter_map(|text| date::parse(text)).map(|moment| moment.seconds());
        let mut seconds: Vec<i64> =
            dates.flat_map(|at| [at - 1, at, at + 1]).filter(|at| (NOW..4_000_000_000).contains(at)).collect();
        seconds.extend([NOW, NOW + 1, 1_900_000_000, 3_000_000_000]);
        let now = *dice.pick(&seconds);
        context.set("aws:CurrentTime", [date::Moment::from_seconds(now).to_string()]);
        context.set("aws:EpochTime", [now.to_string()]);
        context.set("aws:SecureTransport", ["true"]);
        context.set("aws:ViaAWSService", ["false"]);
        context.set("aws:RequestedRegion", [*dice.pick(&["us-east-1", "eu-west-1"])]);
        context.set("aws:UserAgent", ["aws-cli/2"]);
    }

    /// Sets the caller's organization; tells whether the caller is the owner's.
    fn organization(&self, caller: &Caller, context: &mut RequestContext, dice: &mut Dice) -> bool {
        let Some(home) = caller.home() else { return false };
        let mut own = self.setting.own_accounts.contains(&home.account);
        if dice.one_in(2) {
            let id = *dice.pick(&ORGANIZATIONS);
            own |= self.own_organizations.contains(id);
            context.set("aws:PrincipalOrgID", [id]);
            let root = *dice.pick(&["r-ab12", "r-cd34"]);
            let unit = *dice.pick(&["", "ou-1/", "ou-2/ou-3/"]);
            context.set("aws:PrincipalOrgPaths", [format!("{id}/{root}/{unit}")]);
        }
        own
    }

    fn network(&self, caller: &Caller, context: &mut RequestContext, dice: &mut Dice) {
        let mut addresses: Vec<String> =
            ["198.51.100.1", "2001:db8::1", "203.0.113.7", "10.1.2.3"].map(str::to_owned).to_vec();
        for range in self.texts.iter().filter_map(|text| countersign_policy::condition::ip_address::parse_range(text)) {
            addresses.extend([range.network().to_string(), range.broadcast().to_string()]);
        }
        if matches!(caller.kind(), CallerKind::Service) && dice.one_in(2) {
            return;
        }
        if dice.one_in(3) {
            context.set("aws:VpcSourceIp", [*dice.pick(&["10.0.0.1", "10.1.0.1", "172.16.0.1"])]);
            context.set("aws:SourceVpc", ["vpc-1"]);
            context.set("aws:SourceVpce", [*dice.pick(&["vpce-1", "vpce-2", "vpce-3"])]);
        } else {
            context.set("aws:SourceIp", [dice.pick(&addresses).clone()]);
        }
    }

    fn mfa(&self, context: &mut RequestContext, dice: &mut Dice) {
        match dice.below(4) {
            0 => context.set("aws:MultiFactorAuthPresent", ["false"]),
            1 | 2 => {
                context.set("aws:MultiFactorAuthPresent", ["true"]);
                context.set(
                    "aws:MultiFactorAuthAge",
                    [*dice.pick(&["0", "1", "2", "99", "100", "101", "3599", "3600", "3601"])],
                );
            }
            _ => {}
        }
    }

    fn role_tags(&self, context: &mut RequestContext, dice: &mut Dice) {
        match &self.setting.role_tags {
            Some(tags) => {
                for (tag, value) in tags {
                    context.set(format!("iam:ResourceTag/{tag}"), [value.clone()]);
                    context.set(format!("aws:ResourceTag/{tag}"), [value.clone()]);
                }
            }
            None => {
                if self.maybe("iam:ResourceTag/t", context, dice, is_tag) {
                    let value = context.get("iam:ResourceTag/t").expect("set").to_vec();
                    context.set("aws:ResourceTag/t", value);
                }
            }
        }
    }

    fn claims(&self, caller: &Caller, context: &mut RequestContext, dice: &mut Dice) {
        let anything = |text: &str| !text.is_empty() && !text.contains(['*', '$']);
        if caller.name().contains(":saml-provider/") {
            self.maybe("saml:aud", context, dice, anything);
            return;
        }
        let provider = match caller.name().split_once("oidc-provider/") {
            Some((_, host)) => host,
            None if matches!(caller.kind(), CallerKind::Federated) => caller.name(),
            None => "token.actions.githubusercontent.com",
        };
        for claim in ["sub", "aud"] {
            self.maybe(&format!("{provider}:{claim}"), context, dice, anything);
        }
    }

    /// Session tags: `aws:TagKeys` lists the keys of `aws:RequestTag/…`; transitive keys are among them.
    fn session_tags(&self, context: &mut RequestContext, dice: &mut Dice) {
        if !dice.one_in(3) {
            return;
        }
        let mut keys = vec![*dice.pick(&["t", "T", "u", "x"])];
        if dice.one_in(3) {
            keys.extend(["u", "x"].into_iter().find(|key| !keys.contains(key)));
        }
        for key in &keys {
            let value = self.value(&format!("aws:RequestTag/{key}"), context, dice, is_tag);
            context.set(format!("aws:RequestTag/{key}"), [value]);
        }
        context.set("aws:TagKeys", keys.iter().copied());
        if dice.one_in(3) {
            context.set("sts:TransitiveTagKeys", [keys[0]]);
        }
    }

    /// Sets `key`, most of the time.
    fn maybe(&self, key: &str, context: &mut RequestContext, dice: &mut Dice, is_legal: fn(&str) -> bool) -> bool {
        let speaks = self.policy.conditions().any(|condition| {
            condition.key.eq_ignore_ascii_case(key) || condition.values.iter().any(|value| value.contains(key))
        });
        let present = if speaks { !dice.one_in(4) } else { dice.one_in(8) };
        if present {
            let value = self.value(key, context, dice, is_legal);
            context.set(key, [value]);
        }
        present
    }

    /// A legal value: one the policy writes for the key, something like it, or something else.
    fn value(&self, key: &str, context: &RequestContext, dice: &mut Dice, is_legal: fn(&str) -> bool) -> String {
        for _ in 0..12 {
            let text = if dice.one_in(8) {
                (*dice.pick(&[
                    "v1",
                    "V1",
                    "x1",
                    "s1",
                    "ann",
                    "zz",
                    "tenant-7f2",
                    "repo:evil/x:y",
                    "222233334444",
                    "arn:aws:s3:::evil",
                ]))
                .to_owned()
            } else {
                let own: Vec<&String> = self
                    .policy
                    .conditions()
                    .filter(|condition| condition.key.eq_ignore_ascii_case(key))
                    .flat_map(|condition| &condition.values)
                    .collect();
                let text = if own.is_empty() || dice.one_in(6) {
                    self.texts.get(dice.below(self.texts.len().max(1)))
                } else {
                    Some(*dice.pick(&own))
                };
                instantiate(text.map_or("x1", |text| text), context, dice)
            };
            let text = if dice.one_in(10) { swap_case(&text) } else { text };
            if is_legal(&text) {
                return text;
            }
        }
        let fallback = ["x1", "ann", "arn:aws:s3:::other", "333344445555", "o-foreign0001"];
        fallback.into_iter().find(|text| is_legal(text)).expect("a legal value").to_owned()
    }
}

fn swap_case(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// A text that a pattern matches, wherever its variables have values.
fn instantiate(pattern: &str, context: &RequestContext, dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let Some((inside, after)) = rest.strip_prefix("${").and_then(|inside| inside.split_once('}')) {
            let (key, default) =
                inside.split_once(", '").map_or((inside, None), |(key, default)| (key, default.strip_suffix('\'')));
            match context.get(key) {
                Some([value]) => text.push_str(value),
                _ => text.push_str(default.unwrap_or(key)),
            }
            rest = after;
            continue;
        }
        match c {
            '*' => text.push_str(*dice.pick(&["", "a", "b1", "x/y", "o-1:z"])),
            '?' => text.push_str(*dice.pick(&["a", "1", "c"])),
            _ => text.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    text
}

fn own_organizations(policy: &TrustPolicy, setting: &Setting) -> BTreeSet<String> {
    if !setting.own_organizations.is_empty() {
        return setting.own_organizations.clone();
    }
    let keys = ["aws:PrincipalOrgID", "aws:SourceOrgID", "aws:PrincipalOrgPaths", "aws:SourceOrgPaths"];
    let conditions = policy.conditions().filter(|condition| keys.contains(&condition.key.as_str()));
    let ids =
        conditions.flat_map(|condition| &condition.values).map(|value| value.split('/').next().unwrap_or_default());
    ids.filter(|id| !id.contains(['*', '?', '$'])).map(str::to_owned).collect()
}

fn legal(text: &str, length: std::ops::RangeInclusive<usize>, punctuation: &str) -> bool {
    length.contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || punctuation.contains(c))
}

fn is_external_id(text: &str) -> bool {
    legal(text, 2..=1224, "_+=,.@:/-")
}

fn is_name(text: &str) -> bool {
    legal(text, 2..=64, "_+=,.@-")
}

fn is_tag(text: &str) -> bool {
    legal(text, 1..=256, "_.:/=+-@ ")
}

fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-")
        .is_some_and(|id| legal(id, 10..=32, "") && id.bytes().all(|byte| !byte.is_ascii_uppercase()))
}
