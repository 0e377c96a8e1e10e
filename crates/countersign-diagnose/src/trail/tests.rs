use super::*;

/// A refused call: its time, who called, the role.
fn refused(time: &str, caller: &str, role: &str) -> String {
    let role = format!("arn:aws:iam::444455556666:role/{role}");
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","arn":"{caller}"}},"eventTime":"{time}","eventName":"AssumeRole","awsRegion":"{time}","errorCode":"AccessDenied","errorMessage":"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}","requestParameters":null,"tags":[{{"a":["\"}}]"]}}]}}"#
    )
}

const COLLECTOR: &str = "arn:aws:sts::111122223333:assumed-role/Collector/s1";
const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const SUCCESS: &str =
    r#"{"eventVersion":"1.11","eventName":"AssumeRole","requestParameters":{"roleArn":"x"},"resources":[{"ARN":"é"}]}"#;

fn read(text: &[u8], size: usize) -> (Vec<String>, Vec<String>) {
    let mut trail = Trail::new(Wanted::default());
    text.chunks(size).for_each(|chunk| trail.feed(chunk));
    let problems = trail.end();
    let told = |problem: &Problem| {
        format!("{}:{} {}", problem.position.line, problem.position.column, problem.message.split(';').next().unwrap())
    };
    let times: Vec<String> = trail.refusals.others().iter().map(|group| group.last.clone()).collect();
    (times.into_iter().chain(trail.refusals.chosen().map(|event| event.event_time.clone())).collect(), {
        assert!(problems.count >= problems.first.len());
        problems.first.iter().map(told).collect()
    })
}

/// A text, how many refusals are in it, and what is wrong with it.
fn texts() -> Vec<(String, usize, Vec<&'static str>)> {
    let denied = refused("2026-08-01T10:00:00Z", ANN, "a");
    let pretty =
        |text: &str| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap();
    let quoted = serde_json::Value::from(denied.as_str()).to_string();
    vec![
        (denied.clone(), 1, vec![]),
        (format!("{SUCCESS}\n{denied}\n"), 1, vec![]),
        (format!(r#"{{"Records": [{SUCCESS}, {denied}, {denied}]}}"#), 2, vec![]),
        (
            format!(r#"{{"nextToken": {{"a": [1]}}, "Rec\u006frds": [{denied}], "x": [{{"y": 2}}], "z": null}}"#),
            1,
            vec![],
        ),
        (format!("[{denied}, [{SUCCESS}], 1, \"x\", null]"), 1, vec![]),
        (format!(r#"[{{"Records":[{denied}]}},{{"Records":[{denied}]}}]"#), 2, vec![]),
        (format!(r#"{{"Records":[{denied}]}}{{"Records":[{denied}]}}"#), 2, vec![]),
        (pretty(&format!(r#"{{"Records": [{SUCCESS}, {denied}]}}"#)), 1, vec![]),
        (format!(r#"{{"Events": [{{"EventId": "a", "CloudTrailEvent": {quoted}}}]}}"#), 1, vec![]),
        (format!("[{quoted}, {quoted}]"), 2, vec![]),
        (format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{denied}}}"#), 1, vec![]),
        (format!(r#"{{"logEvents":[{{"id":"1","message":{quoted}}}]}}"#), 1, vec![]),
        (denied.replace("errorCode", r"error\u0043ode"), 1, vec![]),
        // What is no refusal of a role.
        (denied.replace("\"errorCode\":\"AccessDenied\"", "\"errorCode\":null"), 0, vec![]),
        (denied.replace("\"AssumeRole\"", "\"GetObject\""), 0, vec![]),
        (r#"{"Records":[]}"#.to_owned(), 0, vec![]),
        (String::new(), 0, vec![]),
        // Damage.
        (
            format!(r#"{{"Records":[{denied},{{"eventVersion":"1"#),
            1,
            vec!["1:438 the text ends in the middle of this record"],
        ),
        (format!(r#"{{"Records":[{denied}"#), 1, vec!["1:437 the text ends in the middle of a list"]),
        (format!("{{\"a\": {{\"b\": 1}}\n{denied}"), 1, vec!["2:1 expected `,` or a closing bracket"]),
        (format!("{{\"errorCode\": tru}}\n{denied}"), 1, vec!["1:18 expected ident"]),
        (
            format!("é {{\n{denied}\n{{\"é\": \"é\n{denied}"),
            2,
            vec!["1:1 expected a value", "3:9 a string is not closed on its line"],
        ),
        (
            format!(r#"{{"Records":[{{"eventVersion":1,,}},{denied},{denied}]}}"#),
            2,
            vec!["1:31 expected a member's name"],
        ),
        (format!("[\n  {SUCCESS}\n  {denied}\n]"), 1, vec!["3:3 expected `,` or a closing bracket"]),
        (format!("hello\nworld: {denied} and\n"), 1, vec!["1:1 expected a value"]),
        (format!("{}{denied}", "[".repeat(200)), 1, vec!["1:121 nested too deep"]),
        ("{\"a\" 1}{\"a\"".to_owned(), 0, vec!["1:6 expected `:`"]),
    ]
}

#[test]
fn refusals_are_found_in_every_shape_of_a_trail_however_it_is_cut() {
    for (text, count, problems) in texts() {
        let (times, told) = read(text.as_bytes(), usize::MAX);
        let mut trail = Trail::new(Wanted::default());
        trail.feed(text.as_bytes());
        assert_eq!(
            (trail.refusals().total(), &told),
            (count, &problems.iter().map(|&p| p.to_owned()).collect()),
            "{text}"
        );
        assert_eq!(read_events(&text).len(), count, "{text}");
        for size in 1..text.len().min(64) {
            assert_eq!(read(text.as_bytes(), size), (times.clone(), told.clone()), "{size}: {text}");
        }
    }
}

#[test]
fn a_record_that_is_no_utf8_is_told_and_passed_over() {
    let denied = refused("2026-08-01T10:00:00Z", ANN, "a");
    let text = [br#"{"eventName":"a","errorCode":""#.as_slice(), b"\xff\"}\n", denied.as_bytes()].concat();
    let (times, told) = read(&text, 7);
    assert_eq!((times.len(), told.len()), (1, 1), "{told:?}");
    assert!(told[0].starts_with("1:3"), "{told:?}");
}

#[test]
fn memory_is_bounded_when_a_record_never_ends() {
    let mut trail = Trail::new(Wanted::default());
    trail.feed(b"{\"a\": \"");
    for _ in 0..12 {
        trail.feed(&vec![b'x'; 1 << 20]);
    }
    trail.feed(b"\", \"Records\": [1]}\n");
    let denied = refused("2026-08-01T10:00:00Z", ANN, "a");
    trail.feed(denied.as_bytes());
    let problems = trail.end();
    assert_eq!(problems.first[0].message, "the record is larger than 4 MiB, and is passed over");
    assert_eq!((problems.count, trail.refusals().total()), (1, 1));
}

#[test]
fn of_several_refusals_the_last_in_time_counts() {
    let events = [
        refused("2026-08-01T11:00:00Z", ANN, "a"),
        refused("2026-08-01T12:00:00Z", COLLECTOR, "b"),
        refused("2026-08-01T10:00:00Z", ANN, "b"),
        refused("yesterday", ANN, "a"),
    ];
    let chosen = |wanted: Wanted| {
        let mut trail = Trail::new(wanted);
        trail.feed(events.concat().as_bytes());
        trail.refusals().chosen().map(|event| event.event_time.clone()).unwrap_or_default()
    };
    let role = |role: &str| Wanted { role: Some(role.to_owned()), caller: None };
    let caller = |caller: &str| Wanted { role: None, caller: Some(caller.to_owned()) };
    assert_eq!(chosen(Wanted::default()), "2026-08-01T12:00:00Z");
    assert_eq!(chosen(role("a")), "2026-08-01T11:00:00Z");
    assert_eq!(chosen(role("arn:aws:iam::444455556666:role/a")), "2026-08-01T11:00:00Z");
    assert_eq!(chosen(role("arn:aws:iam::111122223333:role/a")), "");
    assert_eq!(chosen(caller(ANN)), "2026-08-01T11:00:00Z");
    assert_eq!(chosen(caller(COLLECTOR)), "2026-08-01T12:00:00Z");
    assert_eq!(chosen(caller("arn:aws:iam::111122223333:role/team/Collector")), "2026-08-01T12:00:00Z");
    assert_eq!(chosen(caller("arn:aws:iam::111122223333:role/Coll")), "");
    assert_eq!(chosen(Wanted { role: Some("b".into()), caller: Some(ANN.into()) }), "2026-08-01T10:00:00Z");
}

#[test]
fn the_others_are_counted_by_caller_and_role() {
    let mut trail = Trail::new(Wanted { role: Some("b".into()), caller: None });
    for (session, role) in [("x", "a"), ("y", "a"), ("z", "a"), ("x", "b"), ("x", "b")] {
        let caller = format!("arn:aws:sts::111122223333:assumed-role/Collector/{session}");
        trail.feed(refused(&format!("2026-08-01T10:00:00.{role}"), &caller, role).as_bytes());
    }
    let shown: Vec<(usize, Option<String>, Option<String>)> =
        trail.refusals().others().into_iter().map(|group| (group.count, group.caller, group.role)).collect();
    let caller = Some("arn:aws:iam::111122223333:role/Collector".to_owned());
    let role = |name: &str| Some(format!("arn:aws:iam::444455556666:role/{name}"));
    assert_eq!(shown, [(3, caller.clone(), role("a")), (1, caller, role("b"))]);
}

#[test]
fn a_thousand_pairs_are_told_apart_and_the_rest_is_counted() {
    let mut trail = Trail::new(Wanted::default());
    for nth in 0..1_100 {
        trail.feed(
            refused(&format!("2026-08-01T10:{:02}:{:02}Z", nth / 60, nth % 60), ANN, &format!("r{nth}")).as_bytes(),
        );
    }
    let refusals = trail.refusals();
    assert_eq!(refusals.chosen().unwrap().event_time, "2026-08-01T10:18:19Z");
    assert_eq!((refusals.total(), refusals.others().len(), refusals.beyond()), (1_100, 1_024, 75));
}
