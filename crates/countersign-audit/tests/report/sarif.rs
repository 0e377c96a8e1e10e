use std::collections::BTreeSet;

use countersign_audit::audit::AUDITS;
use countersign_audit::examine::{Options, examine};
use countersign_audit::input::{Named, read};
use countersign_audit::report::{json, sarif};
use countersign_audit::source::{InputProblem, ProblemSeverity};
use countersign_policy::condition::date::Moment;
use serde_json::Value;

use super::{public, report, role};

fn log() -> Value {
    let first = public("first", "Everybody");
    let accepted = role(
        "infra/a b.tf",
        "accepted",
        "# countersign: ignore[public-trust] on purpose\nresource \"x\" {\n<<POLICY\n{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"sts:AssumeRole\"}}\nPOLICY\n",
    );
    let baseline = report(vec![public("gone", "Everybody"), public("first", "Everybody")]).baseline();
    let mut report = report(vec![first, public("second", "Everybody"), accepted]);
    report.problems.push(InputProblem::of_file("/else/x.tf", ProblemSeverity::Error, "broken", "mend it"));
    report.compare(&baseline);
    serde_json::from_str(&sarif(&report).unwrap()).unwrap()
}

/// The members of an object, so that none is missing and none is invented.
#[track_caller]
fn assert_members(value: &Value, required: &[&str], optional: &[&str]) {
    let found: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let required: BTreeSet<&str> = required.iter().copied().collect();
    assert!(required.is_subset(&found), "{value}");
    let extra: Vec<_> = found.difference(&required).filter(|member| !optional.contains(member)).collect();
    assert!(extra.is_empty(), "{extra:?} in {value}");
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap()
}

#[track_caller]
fn assert_place(place: &Value) {
    let location = &place["artifactLocation"];
    let uri = location["uri"].as_str().unwrap();
    assert!(!uri.contains([' ', '\\']) && uri.is_ascii(), "{uri}");
    assert_eq!(location["uriBaseId"] == "%SRCROOT%", !uri.starts_with("file:///"), "{uri}");
    if let Some(region) = place.get("region") {
        for member in region.as_object().unwrap().values() {
            assert!(member.as_u64().unwrap() >= 1, "{region}");
        }
    }
}

#[test]
fn the_log_has_the_shape_of_sarif() {
    let log = log();
    assert_members(&log, &["$schema", "version", "runs"], &[]);
    assert_eq!(log["version"], "2.1.0");
    let [run] = list(&log, "runs") else { panic!("one run") };
    assert_members(run, &["tool", "results", "columnKind", "invocations", "originalUriBaseIds"], &[]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    assert_members(driver, &["name", "semanticVersion", "rules"], &[]);
    let ids: Vec<&str> = list(driver, "rules").iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, AUDITS.iter().map(|audit| audit.id).collect::<Vec<_>>(), "every audit is a rule");
    for rule in list(driver, "rules") {
        let members =
            ["id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"];
        assert_members(rule, &members, &[]);
        assert!(["error", "warning", "note"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()));
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with(&format!("# {}", rule["id"].as_str().unwrap())));
        assert!(!rule["fullDescription"]["text"].as_str().unwrap().starts_with('#'));
        let grade: f64 = rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
        assert!((0.1..=10.0).contains(&grade), "{grade}");
        assert!(["very-high", "high", "medium", "low"].contains(&rule["properties"]["precision"].as_str().unwrap()));
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let [told] = list(&run["invocations"][0], "toolExecutionNotifications") else { panic!("one problem") };
    assert_eq!((&told["level"], &told["message"]["text"]), (&"error".into(), &"broken\nhelp: mend it".into()));
    assert_place(&told["locations"][0]["physicalLocation"]);
}

#[test]
fn results_point_at_rules_places_and_statements() {
    let log = log();
    let run = &log["runs"][0];
    let rules = list(&run["tool"]["driver"], "rules");
    let mut prints = BTreeSet::new();
    for result in list(run, "results") {
        let members = [
            "ruleId",
            "ruleIndex",
            "kind",
            "level",
            "message",
            "locations",
            "partialFingerprints",
            "suppressions",
            "baselineState",
        ];
        assert_members(result, &members, &["relatedLocations", "properties", "fixes"]);
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        assert_eq!(result["kind"], "fail", "any other kind demands the level `none`");
        assert_place(&result["locations"][0]["physicalLocation"]);
        assert!(prints.insert(result["partialFingerprints"]["countersign/v1"].as_str().unwrap()), "{result}");
        for related in result.get("relatedLocations").into_iter().flat_map(|all| all.as_array().unwrap()) {
            assert_members(related, &["id", "message", "physicalLocation"], &[]);
            assert_place(&related["physicalLocation"]);
        }
    }
}

#[test]
fn states_are_told() {
    let log = log();
    let results = list(&log["runs"][0], "results");
    let states = |role: &str| -> BTreeSet<&str> {
        let of_role = |result: &&Value| {
            let named = result["locations"][0]["logicalLocations"][0]["name"] == role;
            named || result["message"]["text"].as_str().unwrap().ends_with(&format!("of `{role}`"))
        };
        results.iter().filter(of_role).map(|result| result["baselineState"].as_str().unwrap()).collect()
    };
    assert_eq!(states("first"), BTreeSet::from(["unchanged"]));
    assert_eq!(states("second"), BTreeSet::from(["new"]));
    assert_eq!(states("gone"), BTreeSet::from(["absent"]));
    let suppressed: Vec<_> = results.iter().filter(|result| !list(result, "suppressions").is_empty()).collect();
    let [accepted] = suppressed.as_slice() else { panic!("{suppressed:?}") };
    assert_eq!(accepted["suppressions"], serde_json::json!([{"kind": "inSource", "justification": "on purpose"}]));
    assert_eq!(accepted["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "infra/a%20b.tf");
}

#[test]
fn the_statements_that_let_a_call_in_are_related() {
    let allow = |sid: &str, account: &str| {
        format!(
            r#"{{"Sid": "{sid}", "Effect": "Allow", "Principal": {{"AWS": "{account}"}}, "Action": "sts:AssumeRole"}}"#
        )
    };
    let statements = [allow("A", "999988887777"), allow("B", "222222222222"), allow("C", "999988887777")].join(",\n");
    let role = role("a.tf", "twice", &format!("resource\n<<POLICY\n{{\"Statement\": [\n{statements}\n]}}\nPOLICY\n"));
    let log: Value = serde_json::from_str(&sarif(&report(vec![role])).unwrap()).unwrap();
    let related: Vec<Vec<(&str, u64)>> = list(&log["runs"][0], "results")
        .iter()
        .filter(|result| result["ruleId"] == "missing-external-id")
        .map(|result| {
            let related = list(result, "relatedLocations").iter();
            let line = |related: &Value| related["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
            related.map(|related| (related["message"]["text"].as_str().unwrap(), line(related))).collect()
        })
        .collect();
    let of_vendor = vec![("statement 1 (`A`)", 4), ("statement 3 (`C`)", 6)];
    assert!(related.contains(&of_vendor) && related.contains(&vec![("statement 2 (`B`)", 5)]), "{related:?}");
}

#[test]
fn json_and_sarif_say_the_same() {
    let report = report(vec![public("first", "Everybody")]);
    let log: Value = serde_json::from_str(&sarif(&report).unwrap()).unwrap();
    let document: Value = serde_json::from_str(&json(&report).unwrap()).unwrap();
    let results = list(&log["runs"][0], "results");
    assert_eq!(results.len(), list(&document, "findings").len());
    for (finding, result) in list(&document, "findings").iter().zip(results) {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(text.starts_with(finding["message"].as_str().unwrap()));
        assert!(text.ends_with(&format!("\nhelp: {}", finding["help"].as_str().unwrap())));
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let place = &finding["location"];
        assert_eq!([&region["startLine"], &region["endColumn"]], [&place["line"], &place["end_column"]]);
        assert!(result.get("baselineState").is_none(), "nothing was compared");
    }
}

/// The byte of a line and column as SARIF counts them.
fn offset(text: &str, region: &Value, line: &str, column: &str) -> usize {
    let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(number(line) - 1).map(str::len).sum();
    text[start..].char_indices().map(|(at, _)| start + at).nth(number(column) - 1).unwrap()
}

#[test]
fn fixes_make_of_the_file_what_countersign_makes_of_it() {
    let text = "{\"Statement\": [{\"Sid\": \"\u{e9}\", \"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"999988887777\"}, \"Action\": \"sts:AssumeRole\",\n                 \"Condition\": {\"StringEqualsIfExists\": {\"sts:ExternalId\": \"3c92e6b0-81fd-4a57-b4e3-96d0f5a7c218\"}}}]}";
    let reading = read("trust.json", text.as_bytes(), Named::ByUser);
    let options = Options::at(Moment::from_seconds(1_790_000_000));
    let report = report(reading.roles.into_iter().map(|role| examine(role, &options)).collect());
    let fix = report.findings.iter().find_map(|judged| judged.finding.fix.as_ref()).unwrap();
    let edits: Vec<_> = fix.edits.iter().map(|located| located.edit.clone()).collect();
    let expected = countersign_audit::fix::apply(text, &edits).unwrap();
    assert_ne!(expected, text);
    let log: Value = serde_json::from_str(&sarif(&report).unwrap()).unwrap();
    let changes =
        list(&log["runs"][0], "results").iter().find_map(|result| result["fixes"][0]["artifactChanges"].as_array());
    let [change] = changes.unwrap().as_slice() else { panic!("one file") };
    assert_eq!(change["artifactLocation"]["uri"], "trust.json");
    let mut fixed = text.to_owned();
    for replacement in list(change, "replacements").iter().rev() {
        let region = &replacement["deletedRegion"];
        let start = offset(text, region, "startLine", "startColumn");
        let end = offset(text, region, "endLine", "endColumn");
        fixed.replace_range(start..end, replacement["insertedContent"]["text"].as_str().unwrap());
    }
    assert_eq!(fixed, expected);
}
