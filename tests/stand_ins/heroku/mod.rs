//! Heroku: the platform API and the data API on one port, written from what is published of the one and what the official
//! client and recordings show of the other. What no source says is marked as inferred where it is done.

mod addons;
mod apps;
mod attachments;
pub(crate) mod catalog;
pub(crate) mod data;
mod exchange;
mod fleet;
pub(crate) mod kept;
mod platform;
mod ranges;
pub(crate) mod seed;
mod wire;
pub(crate) mod world;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;

use exchange::{Ask, Refusal, Reply};
pub(crate) use world::Heroku;

/// Both APIs over one world.
pub(crate) fn router() -> Router<Arc<Mutex<Heroku>>> {
    Router::new().fallback(answer)
}

async fn answer(State(world): State<Arc<Mutex<Heroku>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap();
    let ask = Ask::new(head.method, &head.uri, head.headers, &body);
    let world = &mut *world.lock().unwrap();
    let first = ask.path.first().map_or("", String::as_str);
    match first {
        "public-backups" => data::public::answer(world, &ask),
        "client" | "postgres" | "redis" | "data" => data::answer(world, &ask),
        _ => answer_platform(world, &ask),
    }
    .response()
}

/// With what every answer of the platform API has: ids of the request, rate, pages, tag.
fn answer_platform(world: &mut Heroku, ask: &Ask) -> Reply {
    let is_free = ask.path == ["account", "rate-limits"];
    let left = world.switches.remaining;
    if !is_free {
        world.switches.remaining = left.saturating_sub(1);
    }
    let reply = if left == 0 && !is_free {
        let message = "Your account reached the API rate limit. Please wait a few minutes before making new requests.";
        Err(Refusal::new(429, "rate_limit", message))
    } else {
        if ask.is_write() {
            world.forget();
        }
        if world.switches.churn > 0 && ask.path == ["addons"] && ask.method == "GET" {
            world.churn();
            world.forget();
        }
        kept::page(world, ask, |world| platform::answer(world, ask))
    };
    let reply = reply.map_or_else(Refusal::reply, |reply| match ask.is_write() {
        true => reply,
        false => ranges::tag(reply, ask.header("if-none-match")),
    });
    let expansion = ask.header("accept-expansion").map(|words| words.replace(',', ", "));
    let reply = match expansion {
        Some(words) if reply.status < 300 => reply.with("content-expansion", words),
        _ => reply,
    };
    reply
        .with("request-id", request_ids(world, ask))
        .with("ratelimit-remaining", world.switches.remaining.to_string())
        .with("ratelimit-multiplier", "1")
        .with("cache-control", "private, no-cache")
        .with("oauth-scope", "global")
        .with("oauth-scope-accepted", "global read read-protected write write-protected")
        .with("vary", "Authorization,Accept-Encoding")
}

/// Those that came, and those of the platform's own parts: a list.
fn request_ids(world: &mut Heroku, ask: &Ask) -> String {
    let (one, two) = (world.id(0), world.id(0));
    match ask.header("request-id") {
        Some(given) => format!("{given},{one},{two}"),
        None => format!("{one},{two}"),
    }
}
