//! Secrets that a server may send back to us, taken out of its text before anything else is done with it.

use secrecy::{ExposeSecret, SecretString};

use crate::model::{printable, scrubbed};

/// What stands where the token stood.
const TOKEN: &str = "$TOKEN";
/// A token of fewer characters is part of ordinary words; none that protects anything is that short.
const SHORTEST: usize = 4;

/// Knows the token, so that nothing that goes on from here holds it.
#[derive(Clone, Debug, Default)]
pub(in crate::platform) struct Redactor {
    token: Option<SecretString>,
}

impl Redactor {
    pub(in crate::platform) fn new(token: Option<&SecretString>) -> Self {
        Self { token: token.cloned() }
    }

    /// Text of a server as it may be shown, kept and copied.
    pub(in crate::platform) fn clean(&self, text: &str) -> String {
        let text = printable(text);
        let token = self.token.as_ref().map(ExposeSecret::expose_secret);
        let Some(token) = token.filter(|token| token.len() >= SHORTEST) else { return scrubbed(&text) };
        // The longer forms go first: they may hold the shorter ones.
        let encoded: String =
            percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC).collect();
        let escaped = token.replace('\\', "\\\\").replace('"', "\\\"");
        let text =
            [encoded.as_str(), escaped.as_str(), token].iter().fold(text, |text, form| text.replace(form, TOKEN));
        scrubbed(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_peoples_passwords_in_addresses_go_too() {
        let clean = |text: &str| Redactor::default().clean(text);
        assert_eq!(
            clean("no route to postgres://u:hunter2@db.example.com/x (see https://a.example.com/?token=hunter2&a=1)"),
            "no route to postgres://…@db.example.com/x (see https://a.example.com/?token=…&a=1)"
        );
    }

    proptest! {
        /// However the server wraps the token that we sent, it comes back to nobody.
        #[test]
        fn the_token_is_in_no_text_of_the_server(
            token in "[!-~]{4,40}",
            before in "[ -~]{0,20}",
            after in "[ -~]{0,20}",
            form in 0..4usize,
        ) {
            // A word that our own sign holds can't be told from it.
            prop_assume!(!TOKEN.contains(&token));
            let sent = match form {
                0 => format!("{before}{token}{after}"),
                1 => format!("{before}Bearer {token}"),
                2 => percent_encoding::utf8_percent_encode(&token, percent_encoding::NON_ALPHANUMERIC).to_string(),
                _ => serde_json::to_string(&format!("{before}{token}")).unwrap(),
            };
            let shown = Redactor::new(Some(&token.clone().into())).clean(&sent);
            prop_assert!(!shown.contains(&token), "{shown}");
        }
    }
}
