use countersign_audit::report::{Report, explain, github, html, json, markdown, sarif};
use countersign_audit::source::{InputProblem, ProblemSeverity};

use super::{public, report};

const NASTY: &str = "x`</title></script><img src=q onerror=a()> @someone #1 [l](http://e.example) ![i](http://e.example/i)\"' |\n::error::y\r\u{1b}[2J\u{202e}";

/// A role, a statement, a path and a problem that say the worst.
fn nasty() -> Report {
    let mut report = report(vec![public(NASTY, NASTY), public("plain", "Plain")]);
    report.problems.push(InputProblem::of_file(NASTY, ProblemSeverity::Warning, NASTY, NASTY));
    report
}

#[test]
fn no_format_passes_on_what_steers_a_terminal() {
    let report = nasty();
    let plain = |text: String| text.replace('\n', "");
    for text in [github(&report), html(&report), markdown(&report), sarif(&report).unwrap(), json(&report).unwrap()] {
        assert!(!plain(text).contains(['\r', '\u{1b}', '\u{202e}']));
    }
    assert!(!explain(&report).contains(['\r', '\u{202e}']));
}

#[test]
fn a_page_has_only_its_own_elements() {
    let report = nasty();
    let page = html(&report);
    let (findings, roles, problems) = (report.findings.len(), report.roles.len(), report.problems.len());
    let own = [
        ("<img", 0),
        ("onerror=a()>", 0),
        ("<script", 1),
        ("</script>", 1),
        ("<svg", 1),
        ("<a ", findings),
        ("<td", 5 * (findings + roles) + 3 * problems),
        ("<title>", page.matches("</title>").count()),
    ];
    for (tag, count) in own {
        assert_eq!(page.matches(tag).count(), count, "{tag}");
    }
    let head = page.split_once("<main>").unwrap().0;
    for address in ["http://", "https://", "src=", "url(", "@import"] {
        assert!(!head.contains(address), "the page loads nothing: {address}");
    }
}

#[test]
fn every_annotation_is_one_command_on_one_line() {
    let report = nasty();
    let text = github(&report);
    let (summary, commands) = {
        let mut lines: Vec<&str> = text.lines().collect();
        (lines.pop().unwrap(), lines)
    };
    assert_eq!(commands.len(), report.findings.len() + report.problems.len());
    for command in commands {
        let properties = command.split("::").nth(1).unwrap();
        assert_eq!(command.matches("file=").count(), 1);
        assert!(properties.starts_with("error file=") || properties.starts_with("warning file="), "{properties}");
    }
    assert!(summary.starts_with("2 roles"), "{summary}");
}

#[test]
fn markdown_mentions_nobody_and_links_nowhere() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let text = markdown(&nasty());
    let mut in_code = String::new();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link in {text}"),
            Event::Html(html) | Event::InlineHtml(html) => assert_eq!(html.trim(), "<!-- countersign audit -->"),
            Event::Text(text) => {
                assert!(!text.contains("@s") && !text.contains("#1") && !text.contains("://"), "{text}")
            }
            Event::Code(code) => in_code.push_str(&code),
            _ => {}
        }
    }
    assert!(in_code.contains("@someone"), "what was taken apart outside of code is whole inside");
}

#[test]
fn thousands_of_roles_make_a_small_picture_that_says_so() {
    let roles = (0..150).map(|nth| public(&format!("role-{nth}"), "Everybody")).collect();
    let page = html(&report(roles));
    let picture = page.split_once("<svg").unwrap().1.split_once("</svg>").unwrap().0;
    assert!(picture.matches("<rect").count() <= 60);
    assert!(page.contains("shows the 60 most exposed of 150 roles"));
    assert_eq!(page.matches("infra/main.tf:1</span>").count(), 150, "the table has them all");
    assert!(markdown(&report((0..2000).map(|nth| public(&format!("role-{nth}"), "E")).collect())).len() < 65_536);
}
