//! Modules: which folder a call enters, and what comes out of it.

use std::rc::Rc;

use countersign_policy::document::Span;

use super::evaluator::{Call, Evaluator, Instance, Outcome, Repetition, Scope};
use super::folder::resolve;
use super::reference::Handle;
use super::value::Value;
use crate::source::ProblemSeverity;

/// Modules within modules.
const MAX_MODULES_DEEP: usize = 16;
/// Modules of one root, instances counted.
const MAX_MODULES: usize = 2_000;

impl Evaluator<'_> {
    /// The root module.
    pub(super) fn root_instance(&self) -> Rc<Instance> {
        let folder = self.folder(&self.root);
        Rc::new(Instance { address: String::new(), folder, path: ".".to_owned(), call: None, depth: 0 })
    }

    /// What `module.NAME` refers to.
    pub(super) fn module(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Outcome {
        let address = format!("{}module.{name}", instance.address);
        let Some(block) = instance.folder.modules.get(name) else { return Ok(Value::unknown(address, span)) };
        let expansion = self.expansion(instance, block, &address);
        self.instances(&expansion, span, |suffix, repetition| {
            let address = format!("{address}{suffix}");
            if let Some(module) = self.called_module(instance, name, &address, repetition) {
                self.handles.borrow_mut().insert(address.clone(), Handle::Module(module));
            }
            Value::unknown(address, span)
        })
    }

    /// The module a call enters. `None`: its files are not at hand.
    pub(super) fn called_module(
        &self,
        instance: &Rc<Instance>,
        name: &str,
        address: &str,
        repetition: Repetition,
    ) -> Option<Rc<Instance>> {
        if let Some(known) = self.modules.borrow().get(address) {
            return known.clone();
        }
        let module = self.enter(instance, name, address, repetition);
        self.modules.borrow_mut().insert(address.to_owned(), module.clone());
        module
    }

    fn enter(
        &self,
        instance: &Rc<Instance>,
        name: &str,
        address: &str,
        repetition: Repetition,
    ) -> Option<Rc<Instance>> {
        let block = instance.folder.modules.get(name)?;
        let source = block.attribute("source")?;
        let value = self.attribute_value(source, &Scope::of(instance, &Repetition::Single)).ok()?;
        let source = super::conversion::to_text(&value).ok()?;
        let source = source.known()?;
        let path = match source {
            _ if source.starts_with("./") || source.starts_with("../") || matches!(source, "." | "..") => {
                resolve(&instance.path, source)
            }
            _ => self.installed.get(&dotted(instance, name))?.clone(),
        };
        let help = "the roles of this call are not audited";
        let folder_path = resolve(&self.root, &path);
        let mut around = Some(instance);
        while let Some(outer) = around {
            if outer.folder.path == folder_path {
                let message = format!("module `{name}` calls itself: `{source}` is the folder of a module around it");
                self.problem(block.span, ProblemSeverity::Error, message, help);
                return None;
            }
            around = outer.call.as_ref().map(|call| &call.caller);
        }
        if instance.depth >= MAX_MODULES_DEEP || self.modules.borrow().len() >= MAX_MODULES {
            let message = format!("more than {MAX_MODULES} modules, or modules more than {MAX_MODULES_DEEP} deep");
            self.problem(block.span, ProblemSeverity::Error, message, help);
            return None;
        }
        let folder = self.folder(&folder_path);
        if folder.files.is_empty() {
            let message = format!("module `{name}` cannot be read: there are no Terraform files in `{folder_path}`");
            self.problem(value.span, ProblemSeverity::Warning, message, help);
            return None;
        }
        let call = Call { caller: Rc::clone(instance), name: name.into(), repetition };
        let address = format!("{address}.");
        Some(Rc::new(Instance { address, folder, path, call: Some(call), depth: instance.depth + 1 }))
    }

    pub(super) fn module_output(&self, module: &Rc<Instance>, name: &str, span: Span) -> Outcome {
        let address = format!("{}{name}", module.address);
        let value = module.folder.outputs.get(name).and_then(|output| output.attribute("value"));
        let Some(value) = value else { return Ok(Value::unknown(address, span)) };
        self.once(&address, span, || self.attribute_value(value, &Scope::of(module, &Repetition::Single)))
    }
}

/// What `.terraform/modules/modules.json` calls a call: the names on the way to it, without instances.
fn dotted(instance: &Instance, name: &str) -> String {
    match &instance.call {
        Some(call) => format!("{}.{name}", dotted(&call.caller, &call.name)),
        None => name.to_owned(),
    }
}
