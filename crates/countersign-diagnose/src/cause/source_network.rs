//! `source-network`

use super::{Cause, Finding, Side};
use countersign_policy::request::context_key::{self, SetBy};

use crate::cause::finding::listed;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "source-network",
    summary: "the call comes another way than the role asks for",
    page: include_str!("source_network.md"),
    side: Side::Caller,
    time: "hours",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let row = context_key::lookup(&test.key).filter(|row| row.set_by == SetBy::Network)?;
    let sent = test.sent.as_ref().map(|sent| sent.join(", "));
    let why = match row.name {
        "aws:SourceIp" => "a call through a VPC endpoint has no aws:SourceIp, and a NAT shows its own address",
        _ => "a call has it only through a VPC endpoint, and the global STS endpoint goes around it",
    };
    let message = match &sent {
        Some(sent) => format!("statement {} asks for {} {}, and the call comes from {sent}", statement.index + 1, quoted(&test.key), listed(&test.required), sent = quoted(&sent)),
        None => format!("statement {} asks for {} {}: {why}", statement.index + 1, quoted(&test.key), listed(&test.required)),
    };
    let advice = "call the regional STS endpoint from inside (AWS_STS_REGIONAL_ENDPOINTS=regional, an endpoint in the VPC), or from the \
                  address the policy names";
    let values = situation.satisfying(statement.index, test)?;
    let change = Change::HaveKey { key: test.key.clone(), values };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(70).at(statement, test);
    Some(finding.separated_by("the address or endpoint of the call: its CloudTrail event has sourceIPAddress and vpcEndpointId"))
}
