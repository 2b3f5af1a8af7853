//! Who is let in: token, rate, plan, scope.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::exchange::{Ask, Refusal, respond};
use super::routes;
use super::world::{Orkestr, Plan, now};

pub(super) async fn answer(
    State(world): State<Arc<Mutex<Orkestr>>>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let world = &mut *world.lock().unwrap();
    let request_id = world.id();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let done = letting_in(world, &method, target.path(), header("authorization")).and_then(|(token, plan)| {
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        let body = match raw.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&raw)
                .map_err(|why| Refusal::invalid(&["body"], format!("JSON decode error: {why}"), "json_invalid"))?,
        };
        let path = target.path().split('/').skip(1).map(decoded).collect();
        let query = target.query().unwrap_or_default().split('&').filter(|one| !one.is_empty()).map(pair).collect();
        routes::answer(world, &Ask { method, path, query, body, plan, token })
    });
    match done {
        Ok((status, body)) => respond(status, &body, &request_id),
        Err(refusal) => refusal.response(&request_id),
    }
}

/// The id of the token, and what its account pays for.
fn letting_in(
    world: &mut Orkestr,
    method: &Method,
    path: &str,
    header: Option<&str>,
) -> Result<(String, Plan), Refusal> {
    let Some(secret) = header.and_then(|header| header.strip_prefix("Bearer ")) else {
        return Err(Refusal::new(401, "Not authenticated"));
    };
    let Some(token) = world.tokens.iter_mut().find(|token| token.secret == secret && token.is_live) else {
        return Err(Refusal::new(401, "Invalid, expired or revoked API token"));
    };
    token.last_used_at = Some(now());
    let (id, plan, scopes) = (token.id.clone(), token.plan, token.scopes);
    if let Err(seconds) = world.count(&id, plan) {
        return Err(Refusal::slow_down(seconds, world.switches.tells_wait_in_body));
    }
    if path.starts_with("/api/v1/") && plan == Plan::Free {
        // Which of 402 and 403 depends on the limit.
        let why = "The platform API is not included in the Starter plan. Upgrade to Pro or Team.";
        return Err(Refusal::coded(403, "plan_limit", why));
    }
    let is_of_itself = path == "/api/api-tokens/current";
    if *method != Method::GET && scopes != "*" && !is_of_itself {
        // Names of scopes: only `projects:read` is known.
        let area = if path.contains("/addons") { "addons" } else { "projects" };
        return Err(Refusal::new(403, format!("This token is missing the required scope: {area}:write")));
    }
    Ok((id, plan))
}
