//! The context of a call.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};

use super::{Caller, context_key};

/// The condition keys of a request. Key names compare without case; a key with no values is present and empty.
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    entries: Vec<(String, Vec<String>)>,
    /// Where which key stands, by the hash of its folded name; empty while there are few.
    index: BTreeSet<(u64, usize)>,
}

/// So many keys are looked through one by one, which is fastest for the calls there are. A policy can be written that asks for
/// thousands.
const FEW: usize = 24;

impl PartialEq for RequestContext {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for RequestContext {}

impl RequestContext {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The values of `key`, or `None` when it is absent. Allocates nothing.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.entries.get(self.place(key)?).map(|(_, values)| values.as_slice())
    }

    /// Sets `key` to `values`, replacing what was there.
    pub fn set(&mut self, key: impl Into<String>, values: impl IntoIterator<Item = impl Into<String>>) {
        let (key, values) = (key.into(), values.into_iter().map(Into::into).collect());
        match self.place(&key).and_then(|place| self.entries.get_mut(place)) {
            Some((_, slot)) => *slot = values,
            None => {
                self.entries.push((key, values));
                self.enter_last();
            }
        }
    }

    /// Removes `key`.
    pub fn remove(&mut self, key: &str) {
        let Some(place) = self.place(key) else { return };
        self.entries.remove(place);
        // Behind it all stand elsewhere now; what was tried last is taken back without that.
        if place == self.entries.len() && place > FEW {
            self.index.remove(&(folded_hash(key), place));
        } else {
            self.enter_all();
        }
    }

    fn place(&self, key: &str) -> Option<usize> {
        let is_it = |place: usize| self.entries.get(place).is_some_and(|(name, _)| name.eq_ignore_ascii_case(key));
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|(name, _)| name.eq_ignore_ascii_case(key));
        }
        let hash = folded_hash(key);
        let alike = self.index.range((hash, 0)..=(hash, usize::MAX));
        alike.map(|(_, place)| *place).find(|place| is_it(*place))
    }

    fn enter_last(&mut self) {
        match self.entries.len() {
            few if few <= FEW => {}
            first if first == FEW + 1 => self.enter_all(),
            count => {
                let hash = self.entries.last().map(|(name, _)| folded_hash(name));
                self.index.extend(hash.map(|hash| (hash, count - 1)));
            }
        }
    }

    fn enter_all(&mut self) {
        self.index.clear();
        if self.entries.len() > FEW {
            let names = self.entries.iter().enumerate();
            self.index.extend(names.map(|(place, (name, _))| (folded_hash(name), place)));
        }
    }

    /// Keys and values in the order they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.entries.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// The keys AWS derives from the caller alone (semantics reference §4.2): ARN, account, type, user id, user name.
    #[must_use]
    pub fn for_caller(caller: &Caller) -> Self {
        let mut context = Self::new();
        for (key, value) in caller.context() {
            context.set(key, [value]);
        }
        context
    }

    /// Whether any key sets session tags, so that the call also needs `sts:TagSession`.
    #[must_use]
    pub fn passes_tags(&self) -> bool {
        self.set_by(context_key::SetBy::SessionTags)
    }

    /// Whether the call passes a source identity, new or inherited, so that it also needs `sts:SetSourceIdentity`.
    #[must_use]
    pub fn passes_source_identity(&self) -> bool {
        self.get("sts:SourceIdentity").is_some() || self.get("aws:SourceIdentity").is_some()
    }

    /// Whether the call passes contexts, so that it also needs `sts:SetContext`.
    #[must_use]
    pub fn passes_contexts(&self) -> bool {
        self.set_by(context_key::SetBy::SessionContext)
    }

    fn set_by(&self, set_by: context_key::SetBy) -> bool {
        self.entries.iter().any(|(key, _)| context_key::lookup(key).is_some_and(|row| row.set_by == set_by))
    }
}

impl<K: Into<String>, V: Into<String>, L: IntoIterator<Item = V>> FromIterator<(K, L)> for RequestContext {
    fn from_iter<T: IntoIterator<Item = (K, L)>>(entries: T) -> Self {
        let mut context = Self::new();
        for (key, values) in entries {
            context.set(key, values);
        }
        context
    }
}

/// The same for every letter case of a name.
fn folded_hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for byte in name.bytes() {
        hasher.write_u8(byte.to_ascii_lowercase());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it was set, one by one.
    fn plain(context: &RequestContext) -> Vec<(&str, &[String])> {
        context.iter().collect()
    }

    #[test]
    fn many_keys_are_found_as_few_are() {
        for count in [0, 1, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            let mut context: RequestContext = (0..count).map(|nth| (format!("Tag/{nth}"), [nth.to_string()])).collect();
            for nth in 0..count {
                assert_eq!(context.get(&format!("tAG/{nth}")).unwrap(), [nth.to_string()], "{count}");
            }
            assert_eq!(context.get("tag/x"), None);
            context.set("TAG/0", ["again"]);
            assert_eq!(plain(&context).len(), count.max(1));
            // What stands behind a key that goes, and a key that comes and goes at the end.
            context.remove("tag/0");
            context.set("last", ["1"]);
            context.remove("LAST");
            context.set("Last", ["2"]);
            for nth in 1..count {
                assert_eq!(context.get(&format!("TAG/{nth}")).unwrap(), [nth.to_string()], "{count}");
            }
            assert_eq!(context.get("last").unwrap(), ["2"]);
            assert_eq!(context.get("tag/0"), None);
            let again: RequestContext =
                plain(&context).into_iter().map(|(key, values)| (key, values.to_vec())).collect();
            assert_eq!(again, context);
        }
    }
}
