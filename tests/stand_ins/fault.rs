//! The ways of misbehaving, and for which requests.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Method;
use axum::response::Response;
use futures_util::stream;

use super::Seen;

/// One way of misbehaving.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Waits before anything is done: for so long, else until it is released (`Rig::release`).
    Delay(Option<Duration>),
    /// Never answers, and does nothing.
    Hang,
    /// Does it, and never answers.
    ActAndHang,
    /// Closes the connection, having done nothing.
    Cut,
    /// Does it, and closes the connection.
    ActAndCut,
    /// Does it, and closes the connection in the middle of an answer whose length was not told.
    ActAndCutInBody,
    /// Does it, and closes the connection when half of the body that was announced has left.
    ActAndCutHalfWay,
    /// Does it, and answers this.
    ActAndSay(u16, &'static str),
    /// Answers as if it had been done, and does it only when so many more reads have been answered, or when it is released.
    ActLate(Option<usize>),
    /// Closes the connection, and does it only when so many more reads have been answered, or when it is released.
    CutAndActLate(Option<usize>),
    /// Does nothing, and answers with a body that never ends and whose length is not told.
    Flood,
    /// Does nothing, and answers this, with these headers.
    Say(u16, Vec<(&'static str, String)>, String),
}

impl Fault {
    /// Too many requests, with the seconds to wait if they are told.
    pub(crate) fn rate_limit(retry_after: Option<u32>) -> Self {
        let headers = retry_after.map(|seconds| ("retry-after", seconds.to_string())).into_iter().collect();
        Self::Say(429, headers, String::new())
    }
}

/// A fault, for which requests, and how often.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Any method if none.
    pub(super) method: Option<Method>,
    /// How the target begins.
    pub(super) path: String,
    pub(super) times: usize,
    pub(super) fault: Fault,
}

impl Rule {
    /// The fault of the first rule that is about this request.
    pub(super) fn take(rules: &mut [Self], seen: &Seen) -> Option<Fault> {
        let is_about = |rule: &&mut Self| {
            rule.times > 0
                && rule.method.as_ref().is_none_or(|method| *method == seen.method)
                && seen.target.starts_with(&rule.path)
        };
        let rule = rules.iter_mut().find(is_about)?;
        rule.times -= 1;
        Some(rule.fault.clone())
    }
}

/// The answer, breaking off when half of its body has left; its length is told beforehand or not.
pub(super) async fn broken_off(answer: Response, is_length_told: bool) -> Response {
    let (mut head, body) = answer.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap();
    head.headers.remove("content-length");
    if is_length_told {
        head.headers.insert("content-length", whole.len().into());
    }
    let half = whole.slice(..whole.len() / 2);
    // The pause lets what was written leave before the connection breaks.
    let broken = stream::unfold(Some(half), |left| async move {
        match left {
            Some(half) => Some((Ok(half), None)),
            None => {
                tokio::task::yield_now().await;
                Some((Err(std::io::Error::other("cut")), None))
            }
        }
    });
    Response::from_parts(head, Body::from_stream(broken))
}

/// An answer without an end.
pub(super) fn flood() -> Response {
    let flood = stream::repeat_with(|| Ok::<_, std::io::Error>(" ".repeat(1000)));
    Response::new(Body::from_stream(flood))
}

/// An answer of these parts.
pub(super) fn say(status: u16, headers: &[(&'static str, String)], body: String) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(body.into()).unwrap()
}
