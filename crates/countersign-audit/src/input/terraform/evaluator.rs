//! What an evaluation carries along: the files, what was decided, what is known already, and how much more may be done.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use countersign_policy::document::Span;

use super::block::Attribute;
use super::expansion::Expansion;
use super::folder::{Folder, Folders, Library, read_folder};
use super::reference::Handle;
use super::value::{Kind, Value};
use crate::input::Files;
use crate::input::decisions::{Decisions, Question, every_way};
use crate::role::Choice;
use crate::source::ProblemSeverity;

/// Steps of evaluation that a root module may take, and that one role of it may take.
const STEPS: u64 = 30_000_000;
const STEPS_OF_A_ROLE: u64 = 2_000_000;
/// Expressions within expressions, references followed.
const MAX_DEPTH: u32 = 220;

/// Why there is no value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// Terraform would refuse it too.
    Wrong { span: Span, message: String },
    /// It takes too much to work out.
    Spent(&'static str),
}

pub(super) type Outcome<T = Value> = Result<T, Fault>;

pub(super) fn wrong<T>(span: Span, message: impl Into<String>) -> Outcome<T> {
    Err(Fault::Wrong { span, message: message.into() })
}

/// How variables are taken whose default says only that they are not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// As that default: this is about what there is.
    Defaults,
    /// One way and the other: this is about who may do what.
    EveryWay,
}

/// Which instance of a resource or module it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Repetition {
    Single,
    Count(usize),
    Each {
        key: Value,
        value: Value,
    },
    /// It is not known how many there are; this one stands for all of them.
    /// Its name is what is not known.
    Symbolic(Box<str>),
}

/// A module as it is called.
#[derive(Debug)]
pub(super) struct Instance {
    /// `module.a["k"].`, or nothing for the root.
    pub(super) address: String,
    pub(super) folder: Arc<Folder>,
    /// Where the folder lies from the root module's.
    pub(super) path: String,
    pub(super) call: Option<Call>,
    pub(super) depth: usize,
}

/// Who calls a module, and how.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) caller: Rc<Instance>,
    pub(super) name: Box<str>,
    pub(super) repetition: Repetition,
}

/// A name that an expression around this one gives a value.
pub(super) struct Binding<'s> {
    pub(super) name: &'s str,
    pub(super) value: &'s Value,
    pub(super) next: Option<&'s Binding<'s>>,
}

/// What names mean where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) instance: &'s Rc<Instance>,
    pub(super) repetition: &'s Repetition,
    pub(super) bindings: Option<&'s Binding<'s>>,
    /// What the expression's spans are moved by.
    pub(super) base: u32,
    /// The place of everything in it, when its own text is not a stretch of a file.
    pub(super) place: Option<Span>,
}

impl<'s> Scope<'s> {
    pub(super) fn of(instance: &'s Rc<Instance>, repetition: &'s Repetition) -> Self {
        Self { instance, repetition, bindings: None, base: 0, place: None }
    }

    pub(super) fn at(self, attribute: &Attribute) -> Self {
        Self { base: attribute.base, place: None, ..self }
    }

    pub(super) fn span(&self, span: Option<std::ops::Range<usize>>) -> Span {
        self.place.unwrap_or_else(|| super::block::placed(span, self.base))
    }

    pub(super) fn bound(&self, name: &str) -> Option<&'s Value> {
        let mut next = self.bindings;
        while let Some(binding) = next {
            if binding.name == name {
                return Some(binding.value);
            }
            next = binding.next;
        }
        None
    }
}

/// The text of a file, and what its spans are moved by.
pub(super) type Opened = (Arc<str>, u32);

struct Known {
    value: Value,
    weight: u64,
}

pub(super) struct Evaluator<'f> {
    pub(super) files: &'f dyn Files,
    /// The provider whose account is the owner's.
    pub(super) provider: RefCell<String>,
    /// The root module's folder.
    pub(super) root: String,
    pub(super) library: RefCell<Library>,
    folders: RefCell<Folders>,
    /// Files of `.terraform/modules`: the folder of a call's path.
    pub(super) installed: HashMap<String, String>,
    /// Values the user gives for the root's variables.
    pub(super) assigned: HashMap<Box<str>, super::variable::Assigned>,
    pub(super) handles: RefCell<HashMap<String, Handle>>,
    pub(super) expansions: RefCell<HashMap<String, Rc<Expansion>>>,
    /// Modules by address; `None`: it cannot be entered.
    pub(super) modules: RefCell<HashMap<String, Option<Rc<Instance>>>>,
    /// Files that expressions read, by path.
    pub(super) opened: RefCell<HashMap<String, Option<Opened>>>,
    /// Why a text that looks like JSON is none, by where the text stands.
    pub(super) not_json: RefCell<HashMap<Span, countersign_policy::document::Problem>>,
    pub(super) attached: RefCell<super::permission::Attached>,
    pub(super) callers: RefCell<Vec<super::caller::Found>>,
    /// The policy documents that something has asked for.
    pub(super) used: RefCell<std::collections::HashSet<String>>,
    decisions: RefCell<Decisions>,
    /// What decisions say that a value is.
    narrowed: RefCell<HashMap<String, Value>>,
    /// What was decided not to be empty.
    filled: RefCell<HashSet<String>>,
    /// Variables that refuse null.
    never_null: RefCell<HashSet<String>>,
    deciding: Cell<bool>,
    mode: Cell<Mode>,
    /// How often an answer hung on a decision.
    asked: Cell<u64>,
    lasting: RefCell<HashMap<String, Known>>,
    of_this_run: RefCell<HashMap<String, Known>>,
    visiting: RefCell<Vec<String>>,
    steps: Cell<u64>,
    of_root: Cell<u64>,
    depth: Cell<u32>,
}

impl<'f> Evaluator<'f> {
    pub(super) fn new(root: &str, files: &'f dyn Files) -> Self {
        Self {
            files,
            provider: RefCell::default(),
            root: root.to_owned(),
            library: RefCell::default(),
            folders: RefCell::default(),
            installed: HashMap::new(),
            assigned: HashMap::new(),
            handles: RefCell::default(),
            expansions: RefCell::default(),
            modules: RefCell::default(),
            opened: RefCell::default(),
            not_json: RefCell::default(),
            attached: RefCell::default(),
            callers: RefCell::default(),
            used: RefCell::default(),
            decisions: RefCell::default(),
            narrowed: RefCell::default(),
            filled: RefCell::default(),
            never_null: RefCell::default(),
            deciding: Cell::new(false),
            mode: Cell::new(Mode::Defaults),
            asked: Cell::new(0),
            lasting: RefCell::default(),
            of_this_run: RefCell::default(),
            visiting: RefCell::default(),
            steps: Cell::new(STEPS_OF_A_ROLE),
            of_root: Cell::new(STEPS),
            depth: Cell::new(0),
        }
    }

    /// The module in a folder, read when it is first asked for.
    pub(super) fn folder(&self, path: &str) -> Arc<Folder> {
        if let Some(folder) = self.folders.borrow().get(path) {
            return Arc::clone(folder);
        }
        let folder = Arc::new(read_folder(path, self.files, &mut self.library.borrow_mut()));
        self.folders.borrow_mut().insert(path.to_owned(), Arc::clone(&folder));
        folder
    }

    pub(super) fn problem(&self, span: Span, severity: ProblemSeverity, message: impl Into<String>, help: &str) {
        self.library.borrow_mut().problem(span, severity, message, help);
    }

    /// Counts work, and refuses when it is too much.
    pub(super) fn step(&self, steps: u64) -> Outcome<()> {
        match (self.steps.get().checked_sub(steps), self.of_root.get().checked_sub(steps)) {
            (Some(left), Some(of_root)) => {
                self.steps.set(left);
                self.of_root.set(of_root);
                Ok(())
            }
            _ => {
                self.steps.set(0);
                Err(Fault::Spent("it takes too many steps to work out"))
            }
        }
    }

    /// Starts something with a budget of its own.
    pub(super) fn start(&self) {
        self.steps.set(STEPS_OF_A_ROLE);
    }

    /// Whether the root module's budget is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.of_root.get() < STEPS_OF_A_ROLE / 100
    }

    /// Goes one level deeper.
    pub(super) fn nested<T>(&self, run: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.step(1)?;
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(Fault::Spent("it nests too deep, or refers on and on"));
        }
        self.depth.set(depth + 1);
        let outcome = run();
        self.depth.set(depth);
        outcome
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode.get()
    }

    pub(super) fn in_mode<T>(&self, mode: Mode, run: impl FnOnce() -> T) -> T {
        let mode = if self.deciding.get() { mode } else { Mode::Defaults };
        let before = self.mode.replace(mode);
        let outcome = run();
        self.mode.set(before);
        outcome
    }

    /// What is computed once per name: its value, unless it needs itself.
    pub(super) fn once(&self, name: &str, span: Span, run: impl FnOnce() -> Outcome) -> Outcome {
        let key = format!("{:?} {} {name}", self.mode(), self.provider.borrow());
        for (memo, decided) in [(&self.lasting, 0), (&self.of_this_run, 1)] {
            if let Some(known) = memo.borrow().get(&key) {
                self.step(known.weight)?;
                self.asked.set(self.asked.get() + decided);
                return Ok(known.value.clone());
            }
        }
        if let Some(at) = self.visiting.borrow().iter().position(|other| *other == key) {
            let visiting = self.visiting.borrow();
            let chain = visiting.iter().skip(at).filter_map(|key| key.splitn(3, ' ').nth(2));
            let chain: Vec<&str> = chain.take(6).chain([name]).collect();
            return wrong(span, format!("`{name}` refers to itself: {}", chain.join(" → ")));
        }
        self.visiting.borrow_mut().push(key.clone());
        let asked = self.asked.get();
        let outcome = self.nested(run);
        self.visiting.borrow_mut().pop();
        let value = outcome?;
        let weight = weight(&value);
        self.step(weight)?;
        let memo = if self.asked.get() == asked { &self.lasting } else { &self.of_this_run };
        memo.borrow_mut().insert(key, Known { value: value.clone(), weight });
        Ok(value)
    }

    /// What every way of deciding what is open yields.
    pub(super) fn every_way<T>(&self, mut run: impl FnMut() -> T) -> (Vec<(Vec<Choice>, T)>, bool) {
        self.deciding.set(true);
        let outcomes = every_way(|decisions| {
            self.decisions.replace(std::mem::take(decisions));
            self.narrowed.borrow_mut().clear();
            self.filled.borrow_mut().clear();
            self.of_this_run.borrow_mut().clear();
            let outcome = self.in_mode(Mode::EveryWay, &mut run);
            *decisions = self.decisions.take();
            outcome
        });
        self.deciding.set(false);
        outcomes
    }

    pub(super) fn decide(&self, question: Question) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.decisions.borrow_mut().decide(question)
    }

    /// What was decided that a value is.
    pub(super) fn narrowed(&self, name: &str) -> Option<Value> {
        let value = self.narrowed.borrow().get(name).cloned();
        if value.is_some() {
            self.asked.set(self.asked.get() + 1);
        }
        value
    }

    pub(super) fn is_never_null(&self, name: &str) -> bool {
        self.never_null.borrow().contains(name)
    }

    pub(super) fn refuse_null(&self, name: &str) {
        self.never_null.borrow_mut().insert(name.to_owned());
    }

    pub(super) fn is_filled(&self, name: &str) -> bool {
        let is_filled = self.filled.borrow().contains(name);
        if is_filled {
            self.asked.set(self.asked.get() + 1);
        }
        is_filled
    }

    pub(super) fn fill(&self, name: &str) {
        self.filled.borrow_mut().insert(name.to_owned());
    }

    pub(super) fn narrow(&self, name: &str, value: Value) {
        self.narrowed.borrow_mut().insert(name.to_owned(), value);
    }
}

/// How much there is of a value.
fn weight(value: &Value) -> u64 {
    1 + match &value.kind {
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => 0,
        Kind::String(text) => text.lossy().len() as u64 / 64,
        Kind::Json(node) => u64::from(node.span.end.saturating_sub(node.span.start)) / 64,
        Kind::List(values) => values.iter().map(weight).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| weight(&entry.value)).sum(),
    }
}
