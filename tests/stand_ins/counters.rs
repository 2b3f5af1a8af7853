//! How much was asked and answered: what a measurement reads before and after.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::HttpBody;
use axum::response::Response;
use serde_json::{Value, json};

use super::Seen;

/// Since the start, or since they were reset.
#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: u64,
    answers: u64,
    not_modified: u64,
    /// Bytes of bodies whose length is known; headers are not counted.
    body_bytes: u64,
    by_route: BTreeMap<String, u64>,
    bytes_by_route: BTreeMap<String, u64>,
}

/// The method and the first part of the path: `GET /addons`, `GET /addons/…`.
fn route(seen: &Seen) -> String {
    let path = seen.path().trim_start_matches('/');
    match path.split_once('/') {
        Some((first, _)) => format!("{} /{first}/…", seen.method),
        None => format!("{} /{path}", seen.method),
    }
}

impl Counters {
    pub(super) fn asked(&self, seen: &Seen) {
        let mut counts = self.0.lock().unwrap();
        counts.requests += 1;
        *counts.by_route.entry(route(seen)).or_default() += 1;
    }

    pub(super) fn answered(&self, seen: &Seen, answer: &Response) {
        let mut counts = self.0.lock().unwrap();
        counts.answers += 1;
        counts.not_modified += u64::from(answer.status() == 304);
        let bytes = answer.body().size_hint().exact().unwrap_or_default();
        counts.body_bytes += bytes;
        *counts.bytes_by_route.entry(route(seen)).or_default() += bytes;
    }

    pub(super) fn reset(&self) {
        *self.0.lock().unwrap() = Counts::default();
    }

    /// With how many are unanswered now and how many connections there were since the start.
    pub(super) fn json(&self, under_way: usize, connections: usize) -> Value {
        let counts = self.0.lock().unwrap();
        json!({
            "requests": counts.requests, "answers": counts.answers, "not_modified": counts.not_modified,
            "body_bytes": counts.body_bytes, "by_route": counts.by_route, "bytes_by_route": counts.bytes_by_route,
            "under_way": under_way, "connections": connections,
        })
    }
}
