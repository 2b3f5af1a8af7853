//! What stands behind the question mark.

use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::local::engine::Refusal;
use crate::model::printable;

/// A query string as `T`; a name that `T` does not have is refused, so that a mistyped filter never shows everything.
pub(super) struct Params<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(params)| Self(params)).map_err(|rejection| {
            Refusal::new(
                400,
                "bad_request",
                format!("The query can't be understood: {}.", printable(&rejection.body_text())),
            )
        })
    }
}

/// No query string at all, where none is described.
pub(super) struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        match parts.uri.query().filter(|query| !query.is_empty()) {
            None => Ok(Self),
            Some(query) => {
                let message = format!("Nothing can be asked for with a query here: {:?}.", printable(query));
                Err(Refusal::new(400, "bad_request", message))
            }
        }
    }
}

/// One page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) limit: usize,
    pub(super) cursor: Option<i64>,
}

impl Page {
    pub(super) fn new(limit: Option<&str>, next_token: Option<&str>, default: usize) -> Result<Self, Refusal> {
        let bad = |message: String| Refusal::new(400, "bad_request", message);
        let limit =
            match limit {
                None => default,
                Some(text) => text.parse().ok().filter(|limit| (1..=1000).contains(limit)).ok_or_else(|| {
                    bad(format!("limit is {:?}; it must be a number from 1 to 1000.", printable(text)))
                })?,
            };
        let cursor = next_token
            .map(|text| {
                let unknown = || bad("next_token is not one that this platform gave out.".to_owned());
                text.parse().ok().filter(|cursor| *cursor >= 0).ok_or_else(unknown)
            })
            .transpose()?;
        Ok(Self { limit, cursor })
    }

    /// How many rows to read: one more than asked for tells whether there is a next page.
    pub(super) fn fetch(self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }

    /// Cuts the extra row off and gives the token that leads to it.
    pub(super) fn cut<T>(self, rows: &mut Vec<T>, cursor: impl Fn(&T) -> i64) -> Value {
        if rows.len() <= self.limit {
            return Value::Null;
        }
        rows.truncate(self.limit);
        rows.last().map_or(Value::Null, |row| cursor(row).to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_limit_and_a_cursor() {
        let page = Page::new(None, None, 200).unwrap();
        assert_eq!(page, Page { limit: 200, cursor: None });
        assert_eq!(Page::new(Some("3"), Some("17"), 200).unwrap(), Page { limit: 3, cursor: Some(17) });
        for bad in ["0", "1001", "-1", "x", ""] {
            assert_eq!(Page::new(Some(bad), None, 200).unwrap_err().status, 400, "{bad}");
        }
        assert_eq!(Page::new(None, Some("not ours"), 200).unwrap_err().status, 400);
    }

    #[test]
    fn the_token_leads_to_the_first_row_not_shown() {
        let page = Page::new(Some("2"), None, 200).unwrap();
        let mut rows = vec![5, 6, 9];
        assert_eq!(page.cut(&mut rows, |row| *row), Value::from("6"));
        assert_eq!(rows, [5, 6]);
        assert_eq!(page.cut(&mut rows, |row| *row), Value::Null);
    }
}
