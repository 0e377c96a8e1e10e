//! One page that works offline: who can assume what as a picture, and the findings and roles as tables.
//!
//! It loads nothing, and its content policy forbids it to. What the user wrote is escaped wherever it stands.

mod picture;

use std::fmt::Write as _;

use countersign_policy::prove::Exposure;

use super::excerpt::inert;
use super::{Judged, Report, Standing, words};
use crate::audit::AUDITS;
use crate::examine::Examined;
use crate::finding::Witness;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("filter.js");
/// Of `filter.js`: the page runs no other script, whoever wrote it.
const SCRIPT_HASH: &str = "sha256-MF8SCeJGCvDnugWi5xB+K5aPjfYsoPT418sg1EQ9DZ4=";

/// The report as a page.
#[must_use]
pub fn html(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src '{SCRIPT_HASH}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>countersign audit</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>Who can assume what</h1>\n<p>{}</p>\n",
        escape(&words::summary(report)),
    );
    tiles(&mut out, report);
    out.push_str("</header>\n<main>\n");
    picture::draw(&mut out, &report.roles);
    findings(&mut out, report);
    roles(&mut out, report);
    problems(&mut out, report);
    audits(&mut out, report);
    let _ = write!(
        out,
        "</main>\n<footer>countersign {}. A call shown as allowed was run through the evaluator.</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

/// Text that is no markup, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in inert(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A message, with what stands between backticks as code.
fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let last = pieces.len() - 1;
    let mut out = String::new();
    for (at, piece) in pieces.into_iter().enumerate() {
        match at % 2 == 1 {
            true if at < last => out.push_str(&format!("<code>{}</code>", escape(piece))),
            true => out.push_str(&format!("`{}", escape(piece))),
            false => out.push_str(&escape(piece)),
        }
    }
    out
}

fn tiles(out: &mut String, report: &Report) {
    out.push_str("<ul class=\"tiles\">\n");
    for (exposure, count) in report.counts() {
        let _ = writeln!(out, "<li class=\"{exposure}\"><b>{count}</b> {exposure}</li>");
    }
    out.push_str("</ul>\n");
}

fn place(report: &Report, path: &str, line: usize) -> String {
    format!("<span class=\"place\">{}:{line}</span>", escape(&report.root.relative(path)))
}

fn findings(out: &mut String, report: &Report) {
    let mut shown: Vec<&Judged> = report
        .findings
        .iter()
        .filter(|judged| {
            matches!(
                judged.standing,
                Standing::Live | Standing::Ignored { .. } | Standing::Disabled { .. } | Standing::Baselined
            )
        })
        .collect();
    shown.sort_by_key(|judged| (judged.standing != Standing::Live, std::cmp::Reverse(judged.finding.severity)));
    section(out, "findings", "Findings", shown.len());
    if shown.is_empty() {
        return out.push_str("<p>None.</p>\n</section>\n");
    }
    out.push_str(
        "<table>\n<thead><tr><th>Severity</th><th>Audit</th><th>Role</th><th>What</th><th>Place</th></tr></thead>\n<tbody>\n",
    );
    for Judged { finding, standing, .. } in shown {
        let severity = words::word(finding.severity);
        let note = match standing {
            Standing::Ignored { reason: Some(reason) } => format!("<p class=\"held\">ignored: {}</p>", escape(reason)),
            Standing::Ignored { reason: None } => "<p class=\"held\">ignored</p>".to_owned(),
            Standing::Disabled { reason } => format!("<p class=\"held\">disabled: {}</p>", escape(reason)),
            Standing::Baselined => "<p class=\"held\">in the baseline</p>".to_owned(),
            _ => String::new(),
        };
        let more: String = words::notes(finding)
            .iter()
            .map(|(label, text)| format!("<p><span class=\"label\">{label}</span> {}</p>", prose(text)))
            .collect();
        let _ = writeln!(
            out,
            "<tr><td><span class=\"badge {severity}\">{severity}</span></td><td><a href=\"#{0}\">{0}</a></td>\
             <td class=\"name\">{1}</td><td><p>{2}</p>{note}<details><summary>call and remedy</summary>{more}</details></td><td>{3}</td></tr>",
            finding.id,
            escape(&finding.role),
            prose(&finding.message),
            place(report, &finding.location.path, finding.location.line),
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

fn roles(out: &mut String, report: &Report) {
    section(out, "roles", "Roles", report.roles.len());
    let mut sorted: Vec<&Examined> = report.roles.iter().collect();
    sorted.sort_by_key(|examined| examined.exposed.exposure);
    out.push_str(
        "<table>\n<thead><tr><th>Exposure</th><th>Role</th><th>Account</th><th>Who gets in</th><th>Place</th></tr></thead>\n<tbody>\n",
    );
    for examined in sorted {
        let exposure = examined.exposed.exposure;
        let account = examined.account.map(|account| account.to_string()).unwrap_or_default();
        let location = examined.role.sources.location(examined.role.span);
        let witness = examined.exposed.witness.as_deref().map(Witness::from);
        let witness = witness.map(|witness| format!(" title=\"allowed: {}\"", escape(&words::call(&witness))));
        let who = match exposure {
            Exposure::Owned => "your own accounts".to_owned(),
            _ => prose(&words::who(examined)),
        };
        let _ = writeln!(
            out,
            "<tr{}><td><span class=\"badge {exposure}\">{exposure}</span></td><td class=\"name\">{}</td><td>{account}</td><td>{who}</td><td>{}</td></tr>",
            witness.unwrap_or_default(),
            escape(&examined.role.name),
            place(report, &location.path, location.line),
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

fn problems(out: &mut String, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    section(out, "problems", "Problems", report.problems.len());
    out.push_str("<table>\n<thead><tr><th>Kind</th><th>What</th><th>Place</th></tr></thead>\n<tbody>\n");
    for problem in &report.problems {
        let kind = words::word(problem.severity);
        let help = problem.help.iter().map(|help| format!("<p><span class=\"label\">help</span> {}</p>", prose(help)));
        let _ = writeln!(
            out,
            "<tr><td><span class=\"badge {kind}\">{kind}</span></td><td><p>{}</p>{}</td><td>{}</td></tr>",
            prose(&problem.message),
            help.collect::<String>(),
            place(report, &problem.path, problem.line),
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

/// The pages of the audits that found something.
fn audits(out: &mut String, report: &Report) {
    let found = AUDITS.iter().filter(|audit| report.findings.iter().any(|judged| judged.finding.id == audit.id));
    let pages: Vec<String> = found
        .map(|audit| {
            let page = super::readable_page(audit.page);
            format!(
                "<details id=\"{}\"><summary><b>{}</b> {}</summary><pre>{}</pre></details>\n",
                audit.id,
                audit.id,
                escape(audit.summary),
                page_text(&page)
            )
        })
        .collect();
    if !pages.is_empty() {
        section(out, "audits", "What the findings mean", pages.len());
        let _ = writeln!(out, "{}</section>", pages.concat());
    }
}

/// A text of several lines.
fn page_text(page: &str) -> String {
    page.lines().map(|line| escape(line) + "\n").collect()
}

fn section(out: &mut String, id: &str, title: &str, count: usize) {
    let _ = write!(out, "<section id=\"{id}\">\n<h2>{title} <small>{count}</small></h2>\n");
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::Digest as _;

    use super::*;

    #[test]
    fn the_page_may_run_its_own_script_only() {
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(SCRIPT));
        assert_eq!(SCRIPT_HASH, format!("sha256-{hash}"));
    }

    #[test]
    fn what_the_user_wrote_is_no_markup() {
        let nasty = "</script><img src=x onerror='y'> & \"z\" `<b>` `\n\u{202e}";
        for text in [escape(nasty), prose(nasty)] {
            let own = text.replace("<code>", "").replace("</code>", "");
            assert!(!own.contains(['<', '>', '"', '\'', '\n', '\u{202e}']), "{text}");
        }
        assert!(prose(nasty).contains("<code>&lt;b&gt;</code>"));
    }
}
