//! Asking Akkeris: bodies to the wire's types, and errors that are bare sentences, pages or nothing to sentences.

use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::platform::apart::apart;
use crate::platform::http::{Answer, Http, Said, Target, nonsense, refused_read};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// The longest text that is still a sentence and no page.
const LONGEST: usize = 300;
/// What the controller says where it has nothing to say (seen on a running server).
const HOLLOW: [&str; 5] =
    ["Service Unavailable Error", "Internal Server Error", "Unauthorized", "Forbidden", "[object Object]"];

/// One object or list.
pub(super) async fn get<T: DeserializeOwned>(
    http: &Http,
    path: &[&str],
    query: &[(&str, &str)],
    what: &str,
) -> Result<Fresh<T>, ReadError> {
    let answer = http.get(path, query, None).await?;
    if answer.status != 200 {
        return Err(refused(http.target(), &answer));
    }
    let value = apart(answer.body.len(), || serde_json::from_slice(&answer.body))
        .map_err(|error| nonsense(http.target(), what, Some(&error)).of(answer.exchange.clone()))?;
    Ok(Fresh { value, at: answer.at, etag: None })
}

/// The error for an answer that is no good one.
pub(super) fn refused(target: &Target, answer: &Answer) -> ReadError {
    let said = sentence(answer);
    let told = |kind, message: String| ReadError::new(kind, message).of(answer.exchange.clone());
    let says = || said.as_deref().map_or_else(String::new, |said| format!(" It says: {}", target.clean(said)));
    match answer.status {
        // The controller answers every unknown thing with a sentence; without one it did not know the path, or it was
        // not the controller who answered. That is no evidence that anything is gone.
        404 if said.is_none() => told(
            ReadErrorKind::Nonsense,
            format!(
                "{target} knows no such path (404, without a word). It may be no Akkeris, or one of another version: check the endpoint."
            ),
        ),
        424 => told(
            ReadErrorKind::Refused { status: 424, code: "wait".to_owned() },
            format!("The region or the broker asks to wait (424). Try it again in some minutes.{}", says()),
        ),
        501 => told(
            ReadErrorKind::Refused { status: 501, code: "unsupported".to_owned() },
            format!("This is not set up on {target} (501).{}", says()),
        ),
        503 => told(
            ReadErrorKind::ServerError(503),
            format!(
                "{target} says 503, which here is any error of a region or of a service's broker: it may be busy with this add-on, not know what was asked for, not offer it on this plan, or not answer at all.{}",
                says()
            ),
        ),
        status => {
            let said = said.map(|message| Said { code: format!("http_{status}"), message, field: None });
            refused_read(target, answer, said)
        }
    }
}

/// The text of an error, where it is a sentence for people. The header says JSON whatever it is (seen on a running server).
pub(in crate::platform) fn sentence(answer: &Answer) -> Option<String> {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        return None;
    }
    let text = std::str::from_utf8(&answer.body).ok()?.trim();
    // Some proxies and later versions do send JSON; a string of it is a sentence, too.
    let unquoted = serde_json::from_str::<String>(text).ok();
    let text = unquoted.as_deref().unwrap_or(text).trim();
    is_sentence(text).then(|| text.to_owned())
}

fn is_sentence(text: &str) -> bool {
    let has_words = text.chars().any(char::is_alphabetic);
    let is_markup = text.starts_with(['<', '{', '[']) || (text.contains('<') && text.contains('>'));
    has_words && !is_markup && text.chars().count() <= LONGEST && !HOLLOW.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_text_without_markup_is_a_sentence() {
        for good in
            ["The specified plan was not found.", "SyntaxError: Unexpected end of JSON input", "No such action found."]
        {
            assert!(is_sentence(good), "{good}");
        }
        let long = "word ".repeat(100);
        for bad in ["", "  ", "Service Unavailable Error", "[object Object]", "<html>", "a <b>c</b>", "{}", "42", &long]
        {
            assert!(!is_sentence(bad.trim()), "{bad}");
        }
    }
}
