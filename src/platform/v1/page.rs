//! One page of a list, whatever the list is called. Read straight into the rows: a list may be ten thousand long.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// One page.
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    pub(super) next_token: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads `{"LIST":[…],"next_token":…}`; what else is in it is skipped.
    pub(super) fn parse(list: &str, body: &[u8]) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let page = Seed { list, row: PhantomData }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(page)
    }
}

struct Seed<'a, T> {
    list: &'a str,
    row: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Page<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Seed<'_, T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with {}", self.list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut rows = None;
        let mut next_token = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.list {
                rows = Some(map.next_value()?);
            } else if key == "next_token" {
                next_token = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let rows = rows.ok_or_else(|| A::Error::custom(format_args!("no {}", self.list)))?;
        Ok(Page { rows, next_token })
    }
}
