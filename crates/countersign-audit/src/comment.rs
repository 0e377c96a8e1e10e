//! Where the comments of a source file are. Strings, templates and heredocs hold none, whatever they look like.

use countersign_policy::document::Span;
use granit_parser::{Event, Options, Parser};
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

/// How a file writes comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentSyntax {
    /// Terraform: `#`, `//` and `/* */`.
    Hcl,
    /// JSON with comments: `//` and `/* */`.
    Json,
    /// `#`
    Yaml,
}

impl CommentSyntax {
    /// The syntax of a file by its name, and by how its text starts where a name leaves that open.
    #[must_use]
    pub fn of(path: &str, text: &str) -> Option<Self> {
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let file = file.strip_suffix(".gz").unwrap_or(file);
        let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("tf" | "tofu" | "hcl" | "tfvars") => Some(Self::Hcl),
            Some("yaml" | "yml") => Some(Self::Yaml),
            Some("json" | "jsonc") => Some(Self::Json),
            _ => match json_start(text).chars().next()? {
                '{' | '[' => Some(Self::Json),
                // A policy in a string or in a URL.
                '"' | '%' => None,
                _ => Some(Self::Yaml),
            },
        }
    }
}

/// The comments of a text, markers included. Where the text is broken, those before that place.
#[must_use]
pub fn comments(text: &str, syntax: CommentSyntax) -> Vec<Span> {
    match syntax {
        CommentSyntax::Hcl => hcl(text),
        CommentSyntax::Json => json(text),
        CommentSyntax::Yaml => yaml(text),
    }
}

/// A text from where its JSON starts: after a byte-order mark, blanks and comments.
#[must_use]
pub fn json_start(text: &str) -> &str {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = match rest.strip_prefix("/*") {
            Some(comment) => comment.split_once("*/"),
            None => rest.strip_prefix("//").and_then(|comment| comment.split_once('\n')),
        };
        let Some((_, after)) = after else { return rest };
        rest = after.trim_start();
    }
}

fn json(text: &str) -> Vec<Span> {
    let mut scanner = Scanner::new(text, &ScannerOptions::default());
    let mut comments = Vec::new();
    while let Ok(Some(token)) = scanner.scan() {
        if matches!(token, Token::CommentLine(_) | Token::CommentBlock(_)) {
            comments.push(Span::new(scanner.token_start(), scanner.token_end()));
        }
    }
    comments
}

fn yaml(text: &str) -> Vec<Span> {
    let mut options = Options::default();
    options.set_emit_comments(true);
    let events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    let comments = events.filter(|(event, _)| matches!(event, Event::Comment(..)));
    comments.filter_map(|(_, span)| span.byte_range()).map(|range| Span::new(range.start, range.end)).collect()
}

/// What the lexer is inside of.
enum Within<'t> {
    /// Code; in a template's `${…}` the braces that are open, at the top none that could close it.
    Code { braces: usize },
    /// A quoted template.
    Quoted,
    /// A heredoc up to a line of this word.
    Heredoc(&'t str),
}

fn hcl(text: &str) -> Vec<Span> {
    let mut lexer = Lexer { text, at: 0, within: vec![Within::Code { braces: 0 }], comments: Vec::new() };
    while lexer.at < text.len() {
        match lexer.within.last() {
            Some(Within::Quoted) => lexer.quoted(),
            Some(Within::Heredoc(end)) => lexer.heredoc(end),
            Some(Within::Code { .. }) | None => lexer.code(),
        }
    }
    lexer.comments
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    within: Vec<Within<'t>>,
    comments: Vec<Span>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over one character.
    fn skip(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn code(&mut self) {
        let rest = self.rest();
        if rest.starts_with('#') || rest.starts_with("//") {
            return self.comment(rest.find('\n').unwrap_or(rest.len()));
        }
        if let Some(body) = rest.strip_prefix("/*") {
            return self.comment(body.find("*/").map_or(rest.len(), |end| end + 4));
        }
        if let Some(word) = heredoc_word(rest) {
            self.at += rest.find('\n').map_or(rest.len(), |line| line + 1);
            return self.within.push(Within::Heredoc(word));
        }
        let depth = self.within.len();
        match (rest.bytes().next(), self.within.last_mut()) {
            (Some(b'"'), _) => self.within.push(Within::Quoted),
            (Some(b'{'), Some(Within::Code { braces })) => *braces += 1,
            (Some(b'}'), Some(Within::Code { braces: 0 })) if depth > 1 => {
                self.within.pop();
            }
            (Some(b'}'), Some(Within::Code { braces })) => *braces = braces.saturating_sub(1),
            _ => {}
        }
        self.skip();
    }

    fn comment(&mut self, length: usize) {
        self.comments.push(Span::new(self.at, self.at + length));
        self.at += length;
    }

    fn quoted(&mut self) {
        if self.template_sequence() {
            return;
        }
        match self.rest().bytes().next() {
            // Strings end with their line: after a forgotten quote the next line is code again.
            Some(b'"' | b'\n') => {
                self.within.pop();
            }
            Some(b'\\') => self.skip(),
            _ => {}
        }
        self.skip();
    }

    fn heredoc(&mut self, end: &str) {
        let line_starts = self.at == 0 || self.text.as_bytes().get(self.at - 1) == Some(&b'\n');
        if line_starts {
            let line = self.rest().split('\n').next().unwrap_or_default();
            if line.trim() == end {
                self.at += line.len();
                self.within.pop();
                return;
            }
        }
        if !self.template_sequence() {
            self.skip();
        }
    }

    /// Steps into `${` or `%{`, and over their escapes.
    fn template_sequence(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            self.at += 2;
            self.within.push(Within::Code { braces: 0 });
        } else {
            return false;
        }
        true
    }
}

/// The word of a heredoc that starts here.
fn heredoc_word(rest: &str) -> Option<&str> {
    let after = rest.strip_prefix("<<-").or_else(|| rest.strip_prefix("<<"))?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let (word, rest) = after.split_at_checked(after.find(|c| !is_word(c))?)?;
    (!word.is_empty() && rest.trim_start_matches('\r').starts_with('\n')).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, syntax: CommentSyntax) -> Vec<&str> {
        let spans = comments(text, syntax);
        spans.into_iter().map(|span| text.get(span.start as usize..span.end as usize).unwrap()).collect()
    }

    #[test]
    fn hcl_strings_templates_and_heredocs_hold_no_comments() {
        let text = r##"
a = "# no" # 1
b = "x ${ f("} # no", { k = "//" }) /* 2 */ } # no" // 3
c = "\" # no" /* 4
 # still 4 */
d = "$${ # no" # 5
e = <<-EOT
  # no
  ${ x /* 6 */ } // no
  %{ if y }EOT # no%{ endif }
    EOT
f = 1 # 7
g = "unclosed # no
h = 2 # 8
i = { j = <<X
X
} # 9"##;
        let expected = ["# 1", "/* 2 */", "// 3", "/* 4\n # still 4 */", "# 5", "/* 6 */", "# 7", "# 8", "# 9"];
        assert_eq!(found(text, CommentSyntax::Hcl), expected);
    }

    #[test]
    fn json_strings_hold_no_comments() {
        let text = "{\n  // 1\n  \"a\": \"// no \\\" /* no */\", /* 2\n */ \"b\": 1 // 3\n}";
        assert_eq!(found(text, CommentSyntax::Json), ["// 1", "/* 2\n */", "// 3"]);
    }

    #[test]
    fn yaml_scalars_hold_no_comments() {
        let text = "a: \"# no\" # 1\nb: |\n  # no\n  x # no\nc: x#no # 2\n# é 3\nd: !Sub '${x} # no'\n";
        assert_eq!(found(text, CommentSyntax::Yaml), ["# 1", "# 2", "# é 3"]);
    }

    #[test]
    fn broken_texts_end_the_search_and_nothing_else() {
        for text in ["/*", "\"${\"${", "<<A", "<<A\n", "\\", "é\"\\", "}", "a = <<-\"x\n# 1"] {
            for syntax in [CommentSyntax::Hcl, CommentSyntax::Json, CommentSyntax::Yaml] {
                assert!(comments(text, syntax).iter().all(|span| span.end as usize <= text.len()), "{text}");
            }
        }
    }

    #[test]
    fn long_lines_take_linear_time() {
        // Quadratic time would be minutes.
        let long = 1 << 20;
        for piece in ["<<", "<<A\n\"", "/**/", "${", "\"\"", "x ", "<<-A # ", "{", "<<A\nx${\"x\"}"] {
            let text = piece.repeat(long / piece.len());
            assert!(comments(&text, CommentSyntax::Hcl).iter().all(|span| span.end as usize <= text.len()));
        }
        let heredoc = format!("a = <<A\n{}\nA\n# 1", "x".repeat(long));
        assert_eq!(found(&heredoc, CommentSyntax::Hcl), ["# 1"]);
    }

    #[test]
    fn names_tell_the_syntax() {
        let of = CommentSyntax::of;
        assert_eq!(of("a/main.tf", ""), Some(CommentSyntax::Hcl));
        assert_eq!(of("a/main.tf.json", ""), Some(CommentSyntax::Json));
        assert_eq!(of("a.b/stack.template", "Resources:"), Some(CommentSyntax::Yaml));
        assert_eq!(of("stack.template", " {"), Some(CommentSyntax::Json));
        assert_eq!(of("stack.yaml.gz", "{"), Some(CommentSyntax::Yaml));
        assert_eq!(of("<stdin>", "Resources:"), Some(CommentSyntax::Yaml));
        assert_eq!(of("<stdin>", "// {\n["), Some(CommentSyntax::Json));
        assert_eq!(of("<stdin>", "%7B"), None);
    }
}
