//! Unknown is never zero: what a platform can't tell is a value of its own.

use serde::{Deserialize, Serialize};

use super::{Text, Texts};

/// A fact, or the reason in words why it isn't known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known<T> {
    /// The platform told it.
    Is(T),
    /// It could not be told; the reason, in words for people.
    Unknown(Text),
}

impl<T> Known<T> {
    /// The fact, if there is one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Known::Is(value) => Some(value),
            Known::Unknown(_) => None,
        }
    }

    /// Keeps the reason as others of these say it.
    pub(super) fn share(&mut self, texts: &mut Texts) {
        if let Known::Unknown(why) = self {
            texts.share(why);
        }
    }
}

impl Known<Vec<Text>> {
    /// Keeps the reason, or each of the texts, as others of these say it.
    pub(super) fn share_all(&mut self, texts: &mut Texts) {
        match self {
            Known::Is(items) => items.iter_mut().for_each(|text| texts.share(text)),
            Known::Unknown(why) => texts.share(why),
        }
    }
}

impl<T> Known<Vec<T>> {
    /// The items that are known: none when nothing is. Never count with this; a count must say "unknown".
    pub fn items(&self) -> &[T] {
        match self {
            Known::Is(items) => items,
            Known::Unknown(_) => &[],
        }
    }
}
