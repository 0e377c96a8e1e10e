//! Policies of at most 8 KB that are made to be hard to prove things about.

/// The size a policy may have here; IAM's own quota is 2 to 8 KB.
pub(crate) const MAX_BYTES: usize = 8 * 1024;

/// A policy and what is hard about it.
pub(crate) struct Hard {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

const VENDOR: &str = r#"{"AWS":"999988887777"}"#;
const EVERYONE: &str = r#""*""#;

/// All of them.
pub(crate) fn policies() -> Vec<Hard> {
    let hard = |name, text: String| Hard { name, text };
    vec![
        hard("200 ids", policy(&[allow(VENDOR, &one("StringEquals", "sts:ExternalId", &list(200, id)))])),
        hard("200 id patterns", policy(&[allow(VENDOR, &one("StringLike", "sts:ExternalId", &list(200, like)))])),
        hard(
            "200 ids, 200 patterns denied",
            policy(&[
                allow(VENDOR, &one("StringEquals", "sts:ExternalId", &list(200, |n| format!("t{n:03}x")))),
                deny(EVERYONE, &one("StringLike", "sts:ExternalId", &list(200, |n| format!("*{n:03}?*")))),
            ]),
        ),
        hard("200 excluded ids", policy(&[allow(VENDOR, &one("StringNotEquals", "sts:ExternalId", &list(200, id)))])),
        hard(
            "200 excluded patterns",
            policy(&[
                allow(VENDOR, &one("StringLike", "sts:ExternalId", &list(1, |_| "????????????????????????*".into()))),
                deny(EVERYONE, &one("StringLike", "sts:ExternalId", &list(150, like))),
            ]),
        ),
        hard(
            "one pair of far-apart letters",
            policy(&[
                allow(VENDOR, &one("StringLike", "sts:ExternalId", &list(1, |_| far_apart('a', 'b')))),
                deny(EVERYONE, &one("StringLike", "sts:ExternalId", &list(1, |_| far_apart('a', 'c')))),
                deny(EVERYONE, &one("StringNotLike", "sts:ExternalId", &list(1, |_| far_apart('d', 'e')))),
            ]),
        ),
        hard("pairs of far-apart letters", pairs()),
        hard("far-apart letters in every operator", conjunction()),
        hard("denies of three conditions", denies(50)),
        hard("denies of three patterns", pattern_denies(50)),
        hard("chained variables", chain(EVERYONE, 40)),
        hard("variables in a ring of patterns", ring()),
        hard("principals × ids", principals_by_ids(VENDORS)),
        hard("principals × ids, each with a statement", statements(60)),
        hard("roles × patterns on PrincipalArn", arns()),
        hard("50 ForAllValues", sets("ForAllValues:StringLike", 50)),
        hard("50 ForAnyValue", sets("ForAnyValue:StringLike", 50)),
        hard("for all and for any on one key", sets_on_one_key()),
        hard("numbers, dates and addresses", ranges()),
        hard("address ranges denied one by one", addresses()),
        hard("every contested reading", contested()),
        hard("letter case and lengths", lengths()),
    ]
}

fn id(n: usize) -> String {
    format!("tenant-{n:03}-4e83-9a66-3f0d8b7e")
}

fn like(n: usize) -> String {
    format!("*t{n:03}?*x?{:02}*", n % 97)
}

/// A pattern whose automaton remembers the last fourteen letters.
fn far_apart(first: char, last: char) -> String {
    format!("*{first}?????????????{last}*")
}

const LETTERS: [char; 12] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

fn letters(n: usize) -> (char, char) {
    let letter = |n: usize| LETTERS.get(n % LETTERS.len()).copied().unwrap_or('z');
    (letter(n), letter(n / LETTERS.len() + n + 1))
}

fn pairs() -> String {
    let pattern = |from: usize| {
        move |n: usize| {
            let (first, last) = letters(n + from);
            far_apart(first, last)
        }
    };
    let denies = (0..40).map(|n| deny(EVERYONE, &one("StringLike", "sts:ExternalId", &list(3, pattern(3 * n)))));
    let allows = (0..5).map(|n| allow(VENDOR, &one("StringLike", "sts:ExternalId", &list(4, pattern(124 + 4 * n)))));
    policy(&allows.chain(denies).collect::<Vec<_>>())
}

/// The same key under many operators, which are AND-ed.
fn conjunction() -> String {
    let operators = ["", "ForAnyValue:", "ForAllValues:"];
    let operators = operators.iter().flat_map(|set| ["", "IfExists"].map(|suffix| format!("{set}StringLike{suffix}")));
    let blocks: Vec<String> = operators
        .enumerate()
        .map(|(n, operator)| {
            let (first, last) = letters(2 * n);
            block(&operator, "sts:ExternalId", &list(1, |_| far_apart(first, last)))
        })
        .collect();
    let not_like = list(20, |n| {
        let (first, last) = letters(n + 30);
        far_apart(first, last)
    });
    let condition = format!("{{{},{}}}", blocks.join(","), block("StringNotLike", "sts:ExternalId", &not_like));
    policy(&[allow(VENDOR, &condition)])
}

/// Every Deny can be broken in three ways: 3^n combinations, of which few are consistent.
fn denies(count: usize) -> String {
    let mut statements = vec![allow(EVERYONE, &one("StringLike", "sts:ExternalId", &list(1, |_| "t*".into())))];
    statements.extend((0..count).map(|n| {
        let condition = format!(
            "{{{},{},{}}}",
            block("StringNotEquals", "sts:ExternalId", &list(1, |_| format!("t{n}"))),
            block("StringEquals", "aws:PrincipalTag/a", &list(1, |_| format!("v{n}"))),
            block("Bool", "aws:MultiFactorAuthPresent", &list(1, |_| (n % 2 == 0).to_string())),
        );
        deny(EVERYONE, &condition)
    }));
    policy(&statements)
}

fn pattern_denies(count: usize) -> String {
    let mut statements = vec![allow(VENDOR, &one("StringLike", "sts:ExternalId", &list(1, |_| "*a*".into())))];
    statements.extend((0..count).map(|n| {
        let (first, last) = letters(n);
        let condition = format!(
            "{{{},{},{}}}",
            block("StringLike", "sts:ExternalId", &list(1, |_| format!("*{first}?{last}*"))),
            block("StringNotLike", "aws:PrincipalTag/a", &list(1, |_| format!("*{last}*{first}*"))),
            block("StringLikeIfExists", "sts:RoleSessionName", &list(1, |_| format!("*{first}*"))),
        );
        deny(EVERYONE, &condition)
    }));
    policy(&statements)
}

fn chain(principal: &str, count: usize) -> String {
    let links: Vec<String> = (0..count)
        .map(|n| format!(r#""aws:RequestTag/k{n}":["${{aws:RequestTag/k{}}}","x${{aws:PrincipalTag/k{n}}}"]"#, n + 1))
        .collect();
    let links = links.join(",");
    let condition =
        format!(r#"{{"StringEquals":{{"sts:ExternalId":"${{aws:RequestTag/k0}}",{links}}},"StringLike":{{{links}}}}}"#);
    policy(&[
        allow(principal, &condition),
        deny(EVERYONE, &one("StringEquals", "sts:ExternalId", r#"["${aws:RequestTag/k7}"]"#)),
    ])
}

fn ring() -> String {
    let links: Vec<String> = (0..60)
        .map(|n| format!(r#""aws:PrincipalTag/k{n}":"*${{aws:PrincipalTag/k{}}}?${{sts:ExternalId}}*""#, (n + 7) % 60))
        .collect();
    policy(&[
        allow(VENDOR, &format!(r#"{{"StringLike":{{{}}}}}"#, links.join(","))),
        deny(EVERYONE, &one("StringNotLike", "sts:ExternalId", r#"["${aws:PrincipalTag/k1}*"]"#)),
    ])
}

/// As many as fit into 8 KB beside as many ids.
const VENDORS: usize = 200;

fn principals_by_ids(count: usize) -> String {
    let principals = list(count, |n| format!("9999888{n:05}"));
    let ids = list(count, |n| format!("tenant-{n:03}-{}", "7f2c".repeat(2)));
    policy(&[allow(&format!(r#"{{"AWS":{principals}}}"#), &one("StringEquals", "sts:ExternalId", &ids))])
}

fn statements(count: usize) -> String {
    let each = (0..count).map(|n| {
        let principal = format!(r#"{{"AWS":"9999888{n:05}"}}"#);
        allow(&principal, &one("StringLike", "sts:ExternalId", &list(1, |_| format!("t{n}-*"))))
    });
    policy(&each.collect::<Vec<_>>())
}

fn arns() -> String {
    let account = |n: usize| format!("9999888{:05}", n % 7);
    let arn_like = list(60, |n| format!("arn:aws:iam::{}:role/*{n}?*", account(n)));
    let string_like = list(60, |n| format!("arn:*:*{}:*/?*{}*", account(n + 1), n % 10));
    let condition = format!(
        "{{{},{}}}",
        block("ArnLike", "aws:PrincipalArn", &arn_like),
        block("StringLike", "aws:PrincipalArn", &string_like)
    );
    policy(&[allow(EVERYONE, &condition)])
}

fn sets(operator: &str, count: usize) -> String {
    let keys: Vec<String> = (0..count)
        .map(|n| {
            let values = list(3, |m| format!("*{}?{m}*", letters(n).0));
            let key = if n % 2 == 0 { format!("aws:PrincipalTag/k{n}") } else { format!("example:set{n}") };
            format!(r#""{key}":{values}"#)
        })
        .collect();
    policy(&[
        allow(VENDOR, &format!(r#"{{"{operator}":{{{}}}}}"#, keys.join(","))),
        deny(EVERYONE, &one("ForAnyValue:StringLike", "aws:TagKeys", &list(20, like))),
    ])
}

fn sets_on_one_key() -> String {
    let mut statements =
        vec![allow(VENDOR, &one("ForAllValues:StringLike", "aws:TagKeys", &list(20, |n| format!("*{n}*"))))];
    statements.extend((0..30).map(|n| {
        let operator = if n % 2 == 0 { "ForAnyValue:StringNotLike" } else { "ForAllValues:StringLike" };
        deny(EVERYONE, &one(operator, "aws:TagKeys", &list(4, |m| format!("*{}?{m}*", letters(n + m).0))))
    }));
    policy(&statements)
}

fn ranges() -> String {
    let mut statements = vec![allow(VENDOR, &one("NumericGreaterThan", "aws:MultiFactorAuthAge", r#"["0"]"#))];
    statements.extend((0..25).map(|n| {
        let condition = format!(
            "{{{},{},{}}}",
            block("NumericLessThan", "aws:MultiFactorAuthAge", &list(2, |m| format!("{}.{m}", 100 * n))),
            block("DateGreaterThan", "aws:CurrentTime", &list(1, |_| format!("2027-01-{:02}T00:00:00Z", n + 1))),
            block("NotIpAddress", "aws:SourceIp", &list(2, |m| format!("10.{n}.{m}.0/24"))),
        );
        deny(EVERYONE, &condition)
    }));
    policy(&statements)
}

fn addresses() -> String {
    let ranges = |from: usize| list(60, move |n| format!("{}.{}.0.0/{}", n + from, (n * 37) % 256, 8 + n % 17));
    policy(&[
        allow(VENDOR, &one("IpAddress", "aws:SourceIp", &ranges(1))),
        deny(EVERYONE, &one("IpAddress", "aws:SourceIp", &ranges(3))),
        deny(EVERYONE, &one("NotIpAddress", "aws:SourceIp", &ranges(2))),
        deny(EVERYONE, &one("StringLike", "aws:SourceIp", &list(40, |n| format!("*{n}.*.{n}")))),
    ])
}

/// A policy that touches as many assumptions as it can, so that many proofs are asked for.
fn contested() -> String {
    let condition = format!(
        "{{{},{},{},{},{},{},{}}}",
        block("ForAnyValue:StringLikeIfExists", "aws:TagKeys", &list(20, like)),
        block("StringNotEquals", "aws:TagKeys", &list(20, id)),
        block("NumericNotEquals", "sts:ExternalId", &list(20, |n| n.to_string())),
        block("StringNotLike", "sts:ExternalId", "[]"),
        block("stringLike", "sts:ExternalId", &list(20, like)),
        block("BoolIfExists", "example:key", r#"["${aws:PrincipalTag/x}"]"#),
        block("DateNotEquals", "sts:RoleSessionName", r#"["soon","2027-01-01"]"#),
    );
    let other = one("StringMatches", "sts:ExternalId", &list(10, id));
    policy(&[
        allow(r#"{"AWS":["999988887777","arn:aws:iam::666666666666:role/Collector"]}"#, &condition),
        allow(EVERYONE, &other),
        deny(EVERYONE, &one("StringLike", "sts:ExternalId", &list(40, like))),
    ])
}

fn lengths() -> String {
    let wide = "?".repeat(1_000);
    let exact = |n: usize| format!("*{}*", wide.get(..n * 130).unwrap_or(&wide));
    let folded = list(60, |n| format!("AbCdEfGhIjKlMnOpQrStUvWxYz-{n:03}"));
    let condition = format!(
        "{{{},{}}}",
        block("StringLike", "sts:ExternalId", &list(1, |_| format!("{}*", "?".repeat(1_000)))),
        block("StringNotEqualsIgnoreCase", "sts:ExternalId", &folded)
    );
    policy(&[
        allow(VENDOR, &condition),
        deny(EVERYONE, &one("StringNotLike", "sts:ExternalId", &list(7, |n| exact(n + 1)))),
        deny(EVERYONE, &one("StringLike", "sts:ExternalId", &list(1, |_| format!("*a{}b*", "?".repeat(900))))),
    ])
}

fn policy(statements: &[String]) -> String {
    let mut text = r#"{"Version":"2012-10-17","Statement":["#.to_owned();
    for (index, statement) in statements.iter().enumerate() {
        // What does not fit is left out.
        if text.len() + statement.len() + 3 > MAX_BYTES {
            break;
        }
        text += if index > 0 { "," } else { "" };
        text += statement;
    }
    text + "]}"
}

fn allow(principal: &str, condition: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole","Condition":{condition}}}"#)
}

fn deny(principal: &str, condition: &str) -> String {
    format!(r#"{{"Effect":"Deny","Principal":{principal},"Action":"*","Condition":{condition}}}"#)
}

fn one(operator: &str, key: &str, values: &str) -> String {
    format!("{{{}}}", block(operator, key, values))
}

fn block(operator: &str, key: &str, values: &str) -> String {
    format!(r#""{operator}":{{"{key}":{values}}}"#)
}

fn list(count: usize, value: impl Fn(usize) -> String) -> String {
    let values: Vec<String> = (0..count).map(|n| format!(r#""{}""#, value(n))).collect();
    format!("[{}]", values.join(","))
}
