//! Things by their names, which IAM does not tell apart by case.

use std::collections::BTreeMap;

/// What has a name, or another text that no other thing of its kind has.
pub trait Named {
    /// The name, in the case it was given.
    fn name(&self) -> &str;
}

/// Things by name, in the order of their names. `a` finds `A`.
#[derive(Debug, Clone, PartialEq)]
pub struct Names<T>(BTreeMap<String, T>);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Named> Names<T> {
    /// The thing of that name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.get(&name.to_ascii_lowercase())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn apply(&mut self, edit: Edit<T>) {
        match edit {
            Edit::Put(thing) => self.0.insert(thing.name().to_ascii_lowercase(), *thing),
            Edit::Remove(name) => self.0.remove(&name.to_ascii_lowercase()),
        };
    }
}

/// What happens to one of several things.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit<T> {
    /// It is there from now on, in place of the one of its name.
    Put(Box<T>),
    /// The one of that name is gone.
    Remove(String),
}

impl<T: Named> Edit<T> {
    /// It is there from now on, in place of the one of its name.
    #[must_use]
    pub fn put(thing: T) -> Self {
        Self::Put(Box::new(thing))
    }

    /// This one is gone.
    #[must_use]
    pub fn remove(thing: &T) -> Self {
        Self::Remove(thing.name().to_owned())
    }
}
