//! Long lists in pages: `Marker` and `MaxItems` in, `IsTruncated` and `Marker` out.

use data_encoding::BASE64URL_NOPAD;

use super::{ApiError, Checks, Constraint, Element, Value};

const DEFAULT_ITEMS: u32 = 100;
const MOST_ITEMS: u32 = 1000;

/// The page that a call asks for. A marker holds the key of the last member shown, so that pages neither repeat nor skip
/// a member when others come and go between them.
#[derive(Debug)]
pub(crate) struct Page {
    after: Option<String>,
    most: usize,
}

/// What a page shows, and where the next one begins.
#[derive(Debug)]
pub(crate) struct Cut<T> {
    pub(crate) shown: Vec<T>,
    /// Set when there is more.
    pub(crate) marker: Option<String>,
}

impl Page {
    pub(crate) fn read(checks: &mut Checks<'_>) -> Result<Self, ApiError> {
        let marker = checks.optional("Marker", Constraint::MARKER);
        let most = checks.integer("MaxItems", 1, MOST_ITEMS)?.unwrap_or(DEFAULT_ITEMS);
        let after = marker.and_then(|marker| {
            let key = BASE64URL_NOPAD.decode(marker.as_bytes()).ok();
            let key = key.and_then(|key| String::from_utf8(key).ok());
            if key.is_none() {
                checks.refuse("Invalid Marker.");
            }
            key
        });
        Ok(Self { after, most: usize::try_from(most).unwrap_or(usize::MAX) })
    }

    /// This page of `all`, which come in the order of their keys, no key twice.
    pub(crate) fn cut<K: AsRef<str>, T>(&self, all: impl IntoIterator<Item = (K, T)>) -> Cut<T> {
        let is_later = |key: &K| self.after.as_ref().is_none_or(|after| key.as_ref() > after.as_str());
        let mut later = all.into_iter().filter(|(key, _)| is_later(key)).peekable();
        let mut shown = Vec::new();
        let mut marker = None;
        while shown.len() < self.most {
            let Some((key, member)) = later.next() else { break };
            shown.push(member);
            if shown.len() == self.most && later.peek().is_some() {
                marker = Some(BASE64URL_NOPAD.encode(key.as_ref().as_bytes()));
            }
        }
        Cut { shown, marker }
    }
}

impl<T> Cut<T> {
    /// The page as operations that list show it: the list, and whether there is more.
    pub(crate) fn elements(self, name: &'static str, show: impl FnMut(T) -> Value) -> Vec<Element> {
        let mut elements = vec![Element::list(name, self.shown.into_iter().map(show))];
        elements.extend(truncation(self.marker.as_deref()));
        elements
    }
}

/// `IsTruncated`, and `Marker` when there is more.
pub(crate) fn truncation(marker: Option<&str>) -> Vec<Element> {
    let mut elements = vec![Element::boolean("IsTruncated", marker.is_some())];
    elements.extend(marker.map(|marker| Element::leaf("Marker", marker)));
    elements
}

#[cfg(test)]
mod tests {
    use super::super::Parameters;
    use super::*;

    fn page(form: &str) -> Result<Page, String> {
        let parameters = Parameters::decode("", form.as_bytes()).unwrap();
        let mut checks = Checks::without_values(&parameters);
        let page = Page::read(&mut checks).map_err(|error| error.message)?;
        checks.finish().map(|()| page).map_err(|error| error.message)
    }

    fn keys(keys: &[&'static str]) -> Vec<(&'static str, &'static str)> {
        keys.iter().map(|key| (*key, *key)).collect()
    }

    #[test]
    fn pages_show_every_member_once_even_when_the_marked_one_goes() {
        let first = page("MaxItems=2").unwrap().cut(keys(&["a", "b", "c", "d"]));
        assert_eq!(first.shown, ["a", "b"]);
        let next = format!("MaxItems=2&Marker={}", first.marker.unwrap());
        let second = page(&next).unwrap().cut(keys(&["a", "c", "d"]));
        assert_eq!((second.shown, second.marker), (vec!["c", "d"], None));
    }

    #[test]
    fn a_list_that_just_fits_has_no_marker() {
        for count in ["2", "3"] {
            let cut = page(&format!("MaxItems={count}")).unwrap().cut(keys(&["a", "b"]));
            assert_eq!((cut.shown.len(), cut.marker), (2, None));
        }
        let hundred_one: Vec<(String, u32)> = (0..101).map(|n| (format!("{n:03}"), n)).collect();
        let cut = page("").unwrap().cut(hundred_one);
        assert_eq!(cut.shown.len(), 100);
        let elements = cut.elements("Roles", Value::text);
        assert_eq!(elements.get(1), Some(&Element::boolean("IsTruncated", true)));
        assert_eq!(elements.len(), 3);
    }

    #[test]
    fn pages_have_bounds_and_markers_are_ours() {
        let text =
            "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value ";
        assert_eq!(page("MaxItems=0").unwrap_err(), format!("{text}greater than or equal to 1"));
        assert_eq!(page("MaxItems=1001").unwrap_err(), format!("{text}less than or equal to 1000"));
        assert_eq!(page("Marker=%2F%2F").unwrap_err(), "Invalid Marker.");
    }
}
