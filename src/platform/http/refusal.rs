//! What an answer means that is not the one that was asked for.

use super::Answer;
use super::endpoint::Target;
use super::failure::shortened;
use crate::model::printable;
use crate::platform::{Exchange, ReadError, ReadErrorKind};

/// What a server's own error body said.
pub(in crate::platform) struct Said {
    /// Its code.
    pub(in crate::platform) code: String,
    /// Its sentence.
    pub(in crate::platform) message: String,
    /// The field that it is about, where told.
    pub(in crate::platform) field: Option<String>,
}

/// The error for an answer whose status is not a good one. `said` is the platform's own error, where the body was one.
pub(in crate::platform) fn refused_read(target: &Target, answer: &Answer, said: Option<Said>) -> ReadError {
    let status = answer.status;
    // Only the platform itself can say that something is gone; a page of some proxy can't.
    if said.is_none() && matches!(status, 404 | 410) {
        return nonsense(target, &format!("an answer of this platform (status {status})"), None)
            .of(answer.exchange.clone());
    }
    let (code, words, field) = match said {
        Some(Said { code, message, field }) => {
            (target.clean(&code), shortened(&target.clean(&message)), field.map(|field| target.clean(&field)))
        }
        None => (format!("http_{status}"), String::new(), None),
    };
    let or = |fallback: String| if words.is_empty() { fallback } else { words.clone() };
    let it_says = || if words.is_empty() { String::new() } else { format!(" It says: {words}") };
    let (kind, message) = match status {
        401 => (ReadErrorKind::Unauthorized, format!("{}{}", unauthorized(target), it_says())),
        403 => (ReadErrorKind::Forbidden, format!("{}{}", forbidden(target), it_says())),
        404 | 410 => (ReadErrorKind::NotFound, or(format!("{target} knows no such thing ({status})."))),
        429 => (ReadErrorKind::RateLimited(answer.exchange.retry_after), asked_too_often(target, answer)),
        300..=399 => (
            ReadErrorKind::Refused { status, code },
            format!(
                "{target} redirects to another address ({status}), which is not followed, so that the token goes to no other host. \
                 Put the final address into profile {}.",
                target.profile()
            ),
        ),
        500.. => {
            let words = if words.is_empty() { ".".to_owned() } else { format!(": {words}") };
            (
                ReadErrorKind::ServerError(status),
                format!("{target} answered with an error of its own ({status}){words}"),
            )
        }
        _ => (ReadErrorKind::Refused { status, code }, or(format!("{target} refused the request ({status})."))),
    };
    let message = match &field {
        Some(field) if !names(&message, field) => format!("{field}: {message}"),
        _ => message,
    };
    ReadError::new(kind, message).of(Exchange { field, ..answer.exchange.clone() })
}

/// Whether a sentence says already which field it is about.
fn names(message: &str, field: &str) -> bool {
    message.to_lowercase().contains(&field.to_lowercase())
}

/// The sentence for a 401: which credential, from where, and how another one gets here.
fn unauthorized(target: &Target) -> String {
    match target.token_source() {
        Some(source) => format!(
            "{target} did not accept the token from {source} (401): it is wrong, revoked or has expired. {} and start attache again.",
            source.way_to_renew()
        ),
        None => format!(
            "{target} wants a token (401), and profile {} names none. Name one with token_env, token_command or token_file; \
             the local platform keeps its own in the file run/token of its folder.",
            target.profile()
        ),
    }
}

/// The sentence for a 403: the credential is good, but not for this.
fn forbidden(target: &Target) -> String {
    match target.token_source() {
        Some(source) => format!(
            "{target} does not allow this to the token from {source} (403). Ask for the right, or use a profile whose token has it."
        ),
        None => format!("{target} does not allow this to profile {} (403), which names no token.", target.profile()),
    }
}

fn asked_too_often(target: &Target, answer: &Answer) -> String {
    let again = answer.exchange.retry_after.and_then(|wait| answer.at.checked_add(wait).ok());
    match again {
        Some(again) => {
            format!(
                "{target} was asked too often (429). It wants to be asked again at {}.",
                again.strftime("%H:%M:%SZ")
            )
        }
        None => format!("{target} was asked too often (429), and does not say when it may be asked again."),
    }
}

/// Nothing was asked, because the requests of this minute are used up.
pub(super) fn used_up(target: &Target, wait: std::time::Duration) -> ReadError {
    let seconds = wait.as_secs_f64().ceil();
    ReadError::new(
        ReadErrorKind::RateLimited(Some(wait)),
        format!(
            "{target} takes no more requests of this token for now, so it was not asked: it is asked again in {seconds} s. Other programs with the same token use them up, too."
        ),
    )
}

/// The answer could not be understood. The parser's own text is not used: it holds values.
pub(in crate::platform) fn nonsense(target: &Target, what: &str, error: Option<&serde_json::Error>) -> ReadError {
    let place = error.map_or(String::new(), |error| format!(" (at line {}, column {})", error.line(), error.column()));
    ReadError::new(
        ReadErrorKind::Nonsense,
        format!(
            "{target} answered with something that is not {what}{place}. Check that profile {} leads to a platform of its kind.",
            target.profile()
        ),
    )
}

/// A name that can't be part of a path.
pub(super) fn bad_name(path: &[&str]) -> ReadError {
    let name = path.iter().find(|part| part.is_empty() || part.starts_with('.')).copied().unwrap_or_default();
    let message = format!("{:?} is not the name of anything. Nothing was asked.", printable(name));
    ReadError::new(ReadErrorKind::NotFound, message)
}
