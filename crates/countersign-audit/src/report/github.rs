//! Annotations for GitHub Actions: workflow commands that show a finding at its line in a pull request.
//!
//! The platform shows ten annotations of each kind per step; the log has them all, and the summary.

use super::excerpt::inert;
use super::message::Level;
use super::{Judged, Report, words};

/// The findings and problems as workflow commands, and a summary.
#[must_use]
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for Judged { finding, .. } in report.live() {
        let location = &finding.location;
        let ends = (location.end_line, location.end_column);
        let place =
            Place { path: &report.root.relative(&location.path), starts: (location.line, location.column), ends };
        command(&mut out, words::level(finding.severity), finding.id, &place, &words::lines(finding));
    }
    for problem in &report.problems {
        let starts = (problem.line, problem.column);
        let place = Place { path: &report.root.relative(&problem.path), starts, ends: starts };
        let help = problem.help.iter().map(|help| format!("\nhelp: {help}"));
        let message: String = std::iter::once(problem.message.clone()).chain(help).collect();
        command(&mut out, words::problem_level(problem.severity), "countersign", &place, &message);
    }
    out.push_str(&words::summary(report));
    out.push('\n');
    out
}

struct Place<'p> {
    path: &'p str,
    starts: (usize, usize),
    ends: (usize, usize),
}

fn command(out: &mut String, level: Level, title: &str, place: &Place<'_>, message: &str) {
    let word = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let ((line, column), (end_line, end_column)) = (place.starts, place.ends);
    // The platform takes columns only of places on one line.
    let columns = if line == end_line { format!(",col={column},endColumn={end_column}") } else { String::new() };
    let lines: Vec<String> = message.lines().map(|line| inert(line).into_owned()).collect();
    out.push_str(&format!(
        "::{word} file={},line={line},endLine={end_line}{columns},title={}::{}\n",
        property(&inert(place.path)),
        property(title),
        value(&lines.join("\n")),
    ));
}

fn value(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    value(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_wrote_ends_no_command_and_starts_none() {
        let mut out = String::new();
        let place = Place { path: "a,line=1::x\n.tf", starts: (2, 3), ends: (2, 9) };
        command(&mut out, Level::Error, "an-audit", &place, "50%0A of\r\n::error::x\u{202e}");
        let expected = "::error file=a%2Cline=1%3A%3Ax\\u{a}.tf,line=2,endLine=2,col=3,endColumn=9,title=an-audit::\
                        50%250A of%0A::error::x\\u{202e}\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn places_over_lines_have_no_columns() {
        let mut out = String::new();
        command(&mut out, Level::Note, "x", &Place { path: "a", starts: (2, 3), ends: (4, 1) }, "m");
        assert_eq!(out, "::notice file=a,line=2,endLine=4,title=x::m\n");
    }
}
