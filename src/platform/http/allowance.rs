//! How many more requests the platform takes for now, from what it says with its answers.

use std::sync::{Mutex, PoisonError};

use reqwest::header::{HeaderMap, HeaderName};

/// Heroku's word; it comes with every answer of its platform API, also with refusals (recorded responses).
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// What was said last.
#[derive(Debug, Default)]
pub(super) struct Allowance(Mutex<Option<u32>>);

impl Allowance {
    /// Takes note of what an answer says. One that says nothing changes nothing.
    pub(super) fn saw(&self, headers: &HeaderMap) {
        let said = headers.get(REMAINING).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        if let Some(said) = said {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        }
    }

    pub(super) fn remaining(&self) -> Option<u32> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn the_last_answer_that_says_it_counts() {
        let allowance = Allowance::default();
        assert_eq!(allowance.remaining(), None);
        let says = |text: &'static str| HeaderMap::from_iter([(REMAINING, HeaderValue::from_static(text))]);
        for (headers, expected) in [
            (says("4499"), Some(4499)),
            (HeaderMap::new(), Some(4499)),
            (says("many"), Some(4499)),
            (says("0"), Some(0)),
        ] {
            allowance.saw(&headers);
            assert_eq!(allowance.remaining(), expected);
        }
    }
}
