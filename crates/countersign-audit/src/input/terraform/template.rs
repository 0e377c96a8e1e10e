//! Templates: quoted strings, heredocs and template files.

use std::sync::Arc;

use countersign_policy::document::{Node, Span};
use hcl_edit::Span as _;
use hcl_edit::template::{
    Directive, Element, ForDirective, HeredocTemplate, IfDirective, Interpolation, StringTemplate, Template,
};

use super::assembly::{Assembly, Spelling};
use super::conversion::to_text;
use super::evaluator::{Binding, Evaluator, Fault, Opened, Outcome, Scope, wrong};
use super::expression::{elements, unknown_name};
use super::parse::{Refusal, parse_template};
use super::value::{Kind, Value};
use crate::source::ProblemSeverity;

/// Most text a template may yield.
const MAX_TEXT: usize = 4 << 20;

impl Evaluator<'_> {
    /// A string without interpolation.
    pub(super) fn quoted(&self, text: &str, span: Span, scope: &Scope<'_>) -> Value {
        if !text.trim_start().starts_with(['{', '[']) || scope.place.is_some() {
            return Value::text(text.into(), span);
        }
        let mut assembly = Assembly::default();
        let inner = Span { start: span.start.saturating_add(1), end: span.end.saturating_sub(1) };
        self.push_literal(text, (0, text.len()), inner, Spelling::Quoted, &mut assembly);
        self.finished(assembly, span)
    }

    pub(super) fn string_template(&self, template: &StringTemplate, span: Span, scope: &Scope<'_>) -> Outcome {
        self.template(template, span, Spelling::Quoted, scope)
    }

    pub(super) fn heredoc(&self, heredoc: &HeredocTemplate, span: Span, scope: &Scope<'_>) -> Outcome {
        self.template(&heredoc.template, span, Spelling::Raw, scope)
    }

    /// A string of a `.tf.json` file.
    pub(super) fn json_string(&self, text: &str, node: &Node, scope: &Scope<'_>) -> Outcome {
        let template =
            parse_template(text).map_err(|refusal| Fault::Wrong { span: node.span, message: refusal.message })?;
        let scope = Scope { place: Some(node.span), ..*scope };
        self.template(&template, node.span, Spelling::Raw, &scope)
    }

    /// What the template in a file yields.
    pub(super) fn template_file(&self, text: &Arc<str>, base: u32, span: Span, scope: &Scope<'_>) -> Outcome {
        match parse_template(text) {
            Ok(template) => self.template(&template, span, Spelling::Raw, &Scope { base, place: None, ..*scope }),
            Err(Refusal { at, message }) => {
                let at = u32::try_from(at).unwrap_or(0).saturating_add(base);
                wrong(Span { start: at, end: at.saturating_add(1) }, message)
            }
        }
    }

    /// What a file holds, as it is.
    pub(super) fn whole_file(&self, text: &Arc<str>, base: u32, span: Span) -> Value {
        let mut assembly = Assembly::default();
        assembly.push_run(text, 0, text, base, Spelling::Raw);
        self.finished(assembly, span)
    }

    fn template(&self, template: &Template, span: Span, spelling: Spelling, scope: &Scope<'_>) -> Outcome {
        if let Some(Element::Interpolation(interpolation)) = template.as_single_element()
            && (spelling == Spelling::Quoted || scope.place.is_some())
        {
            return self.evaluate(&interpolation.expr, scope);
        }
        let mut assembly = Assembly::default();
        self.elements(template, spelling, Around::default(), scope, &mut assembly)?;
        Ok(self.finished(assembly, span))
    }

    fn finished(&self, assembly: Assembly, span: Span) -> Value {
        let (value, problem) = assembly.finish(span);
        if let Some(problem) = problem {
            self.not_json.borrow_mut().insert(span, problem);
        }
        value
    }

    fn elements(
        &self,
        template: &Template,
        spelling: Spelling,
        around: Around,
        scope: &Scope<'_>,
        out: &mut Assembly,
    ) -> Outcome<()> {
        let elements: Vec<&Element> = template.iter().collect();
        for (nth, element) in elements.iter().enumerate() {
            self.step(1)?;
            if out.len() > MAX_TEXT {
                return Err(Fault::Spent("a template yields too much text"));
            }
            match element {
                Element::Literal(literal) => {
                    let before = nth.checked_sub(1).and_then(|at| elements.get(at));
                    let strip_start = before.map_or(around.strips_start, |element| strips_end(element));
                    let strip_end = elements.get(nth + 1).map_or(around.strips_end, |element| strips_start(element));
                    let text = literal.as_str();
                    let from = if strip_start { text.len() - text.trim_start().len() } else { 0 };
                    let to = if strip_end { text.trim_end().len().max(from) } else { text.len() };
                    let source = scope.span(literal.span());
                    match scope.place {
                        Some(place) => out.push_fixed(text.get(from..to).unwrap_or_default(), place),
                        None => self.push_literal(text, (from, to), source, spelling, out),
                    }
                }
                Element::Interpolation(interpolation) => self.interpolation(interpolation, scope, out)?,
                Element::Directive(directive) => match &**directive {
                    Directive::If(choice) => self.if_directive(choice, spelling, scope, out)?,
                    Directive::For(each) => self.for_directive(each, spelling, scope, out)?,
                },
            }
        }
        Ok(())
    }

    fn push_literal(
        &self,
        text: &str,
        (from, to): (usize, usize),
        source: Span,
        spelling: Spelling,
        out: &mut Assembly,
    ) {
        let library = self.library.borrow();
        let text = text.get(..to).unwrap_or_default();
        out.push_run(text, from, library.text_at(source), source.start, spelling);
    }

    fn interpolation(&self, interpolation: &Interpolation, scope: &Scope<'_>, out: &mut Assembly) -> Outcome<()> {
        let value = self.evaluate(&interpolation.expr, scope)?;
        let name = matches!(value.kind, Kind::Unknown(_)).then(|| unknown_name(&value));
        let value = self.settle(value);
        let span = scope.span(interpolation.expr.span());
        match (&value.kind, name) {
            (Kind::Json(node), _) => out.push_node(node),
            // Terraform refuses that: the template says that nobody means it to be unset.
            (Kind::Null | Kind::List(_) | Kind::Map(_), Some(name)) => out.push_hole(&name, span),
            _ => {
                let text = to_text(&value).map_err(|message| Fault::Wrong { span, message })?;
                self.step(text.lossy().len() as u64 / 64)?;
                out.push_text(&text, if text.known().is_some() { value.span } else { span });
            }
        }
        Ok(())
    }

    fn if_directive(
        &self,
        choice: &IfDirective,
        spelling: Spelling,
        scope: &Scope<'_>,
        out: &mut Assembly,
    ) -> Outcome<()> {
        let test = self.evaluate(&choice.if_expr.cond_expr, scope)?;
        let end = choice.endif_expr.strip;
        let (if_strip, otherwise) = (choice.if_expr.strip, choice.else_expr.as_ref());
        let if_ends = otherwise.map_or(end, |otherwise| otherwise.strip);
        match (self.truth(&test)?, otherwise) {
            (Some(true), _) => {
                let around = Around { strips_start: if_strip.strip_end(), strips_end: if_ends.strip_start() };
                self.elements(&choice.if_expr.template, spelling, around, scope, out)
            }
            (Some(false), Some(otherwise)) => {
                let around = Around { strips_start: otherwise.strip.strip_end(), strips_end: end.strip_start() };
                self.elements(&otherwise.template, spelling, around, scope, out)
            }
            (Some(false), None) => Ok(()),
            (None, _) => {
                out.push_hole(&unknown_name(&test), test.span);
                Ok(())
            }
        }
    }

    fn for_directive(
        &self,
        each: &ForDirective,
        spelling: Spelling,
        scope: &Scope<'_>,
        out: &mut Assembly,
    ) -> Outcome<()> {
        let intro = &each.for_expr;
        let collection = self.settle(self.evaluate(&intro.collection_expr, scope)?);
        let around = Around { strips_start: intro.strip.strip_end(), strips_end: each.endfor_expr.strip.strip_start() };
        let Some(elements) = elements(&collection) else {
            return match &collection.kind {
                Kind::Unknown(unknown) => {
                    out.push_hole(&unknown.name, collection.span);
                    Ok(())
                }
                _ => wrong(collection.span, format!("`for` is over a list or a map, not {}", collection.kind_name())),
            };
        };
        let key_name = intro.key_var.as_ref().map_or("", |name| name.as_str());
        for (key, element) in elements {
            self.step(1)?;
            let outer = Binding { name: key_name, value: &key, next: scope.bindings };
            let inner = Binding { name: intro.value_var.as_str(), value: &element, next: Some(&outer) };
            self.elements(&intro.template, spelling, around, &Scope { bindings: Some(&inner), ..*scope }, out)?;
        }
        Ok(())
    }

    /// Reads a file of the module. `None`: it cannot be read, and that was said.
    pub(super) fn open_file(&self, path: &str, span: Span) -> Option<Opened> {
        if let Some(opened) = self.opened.borrow().get(path) {
            return opened.clone();
        }
        let opened = match self.files.read(path) {
            Ok(text) if text.len() <= MAX_TEXT => {
                let added = self.library.borrow_mut().add(path, &text);
                added.map(|(_, base)| (text, base))
            }
            Ok(_) => None,
            Err(why) => {
                let message = format!("`{path}` cannot be read: {why}");
                let help = "what depends on it is taken as unknown";
                self.problem(span, ProblemSeverity::Warning, message, help);
                None
            }
        };
        self.opened.borrow_mut().insert(path.to_owned(), opened.clone());
        opened
    }
}

/// Which blanks next to a template's ends the tags around it take away.
#[derive(Clone, Copy, Default)]
struct Around {
    strips_start: bool,
    strips_end: bool,
}

/// Whether the element takes away blanks before it.
fn strips_start(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(interpolation) => interpolation.strip.strip_start(),
        Element::Directive(directive) => match &**directive {
            Directive::If(choice) => choice.if_expr.strip.strip_start(),
            Directive::For(each) => each.for_expr.strip.strip_start(),
        },
    }
}

/// Whether the element takes away blanks after it.
fn strips_end(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(interpolation) => interpolation.strip.strip_end(),
        Element::Directive(directive) => match &**directive {
            Directive::If(choice) => choice.endif_expr.strip.strip_end(),
            Directive::For(each) => each.endfor_expr.strip.strip_end(),
        },
    }
}
