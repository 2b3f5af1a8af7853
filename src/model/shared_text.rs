//! Text that is kept many times over: the copies share it.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Verb;

/// A name or a word of a platform. Ten thousand rows are full of the same ones: a copy takes no room and no time.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Arc<str>);

impl Text {
    /// As text that is somebody's own.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from("")
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A text is as equal, as large and as hashed as what it says.
impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::from(text))
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        *self.0 == **other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        *self == *other.0
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        **self == *other.0
    }
}

impl PartialEq<Text> for String {
    fn eq(&self, other: &Text) -> bool {
        **self == *other.0
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// What one list says, so that what is said in many of its rows is kept once.
#[derive(Debug, Default)]
pub struct Texts {
    texts: HashSet<Text>,
    reasons: Vec<Reasons>,
}

/// What can't be done with something, each with the reason.
type Reasons = Arc<Vec<(Verb, String)>>;

/// How many different ones are kept once for many.
const REASONS: usize = 64;

impl Texts {
    /// Makes it the one that was seen first.
    pub fn share(&mut self, text: &mut Text) {
        match self.texts.get(text.as_str()) {
            Some(known) => text.clone_from(known),
            None => {
                self.texts.insert(text.clone());
            }
        }
    }

    /// The same with reasons.
    pub(super) fn share_reasons(&mut self, reasons: &mut Reasons) {
        match self.reasons.iter().find(|known| *known == reasons) {
            Some(known) => reasons.clone_from(known),
            None if self.reasons.len() < REASONS => self.reasons.push(Arc::clone(reasons)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Addon, Known, State};

    #[test]
    fn what_is_said_twice_is_kept_once_and_says_the_same() {
        let one = |id: &str| Addon { team: Some("acme".into()), ..Addon::sample(id, State::Ready) };
        let mut rows = [one("a"), one("b")];
        let before = rows.clone();
        let is_one = |rows: &[Addon; 2]| {
            let [a, b] = rows;
            let texts = [(&a.service, &b.service), (a.team.as_ref().unwrap(), b.team.as_ref().unwrap())];
            texts.map(|(a, b)| Arc::ptr_eq(&a.0, &b.0)).into_iter().all(|is| is) && Arc::ptr_eq(&a.cannot, &b.cannot)
        };
        assert!(!is_one(&rows));
        Addon::share_all(&mut rows);
        assert!(is_one(&rows));
        assert_eq!(rows, before);
        let Known::Unknown(why) = &rows[0].price else { panic!("a price") };
        let Known::Unknown(other) = &rows[1].last_backup else { panic!("a backup") };
        assert!(Arc::ptr_eq(&why.0, &other.0), "{why}");
    }

    #[test]
    fn it_is_as_equal_and_as_hashed_as_what_it_says() {
        let mut known = HashSet::new();
        known.insert(Text::from("orders"));
        assert!(known.contains("orders") && !known.contains("Orders"));
        let (a, b) = (Text::from("a"), Text::from("b"));
        assert!(a < b);
        assert_eq!(a, "a");
        assert_eq!("a".to_owned(), a);
        let written = serde_json::to_string(&Text::from("a\"b")).unwrap();
        assert_eq!(serde_json::from_str::<Text>(&written).unwrap(), "a\"b");
    }
}
