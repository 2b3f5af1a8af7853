//! JSON-RPC over the protocol's Streamable HTTP.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::World;

pub(super) async fn answer(State(world): State<Arc<Mutex<World>>>, headers: HeaderMap, raw: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match header("authorization").strip_prefix("Bearer ") {
        None | Some("" | "bad") => {
            return plain(401, json!({"error": "unauthorized", "message": "The key is not known."}));
        }
        Some("outsider") => {
            return plain(403, json!({"error": "forbidden", "reason": {"message": "The team is suspended."}}));
        }
        Some(_) => {}
    }
    let accepts = header("accept");
    if !accepts.contains("application/json") || !accepts.contains("text/event-stream") {
        return plain(406, json!({"message": "Both kinds of answers have to be accepted."}));
    }
    let Ok(asked) = serde_json::from_slice::<Value>(&raw) else {
        return plain(400, json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "no JSON"}}));
    };
    let mut world = world.lock().unwrap();
    let method = asked["method"].as_str().unwrap_or_default();
    let mut session = None;
    if method == "initialize" {
        world.begun += 1;
        let id = format!("s{}", world.begun);
        world.sessions.insert(id.clone());
        session = Some(id);
    } else if !world.sessions.contains(header("mcp-session-id")) {
        return plain(
            404,
            json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32001, "message": "Session not found"}}),
        );
    } else if header("mcp-protocol-version").is_empty() {
        return plain(400, json!({"message": "The version of the protocol is missing."}));
    }
    let Some(id) = asked.get("id") else { return Response::builder().status(202).body(Body::empty()).unwrap() };
    let said = match world.reply(method, &asked["params"]) {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err((code, message)) => json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}),
    };
    let mut response = if world.streams { streamed(&said, world.holds_streams) } else { plain(200, said) };
    if let Some(session) = session {
        response.headers_mut().insert("mcp-session-id", session.parse().unwrap());
    }
    response
}

/// It sends no news.
pub(super) async fn no_stream() -> Response {
    Response::builder().status(405).body(Body::empty()).unwrap()
}

fn plain(status: u16, body: Value) -> Response {
    let builder = Response::builder().status(status).header("content-type", "application/json");
    builder.body(body.to_string().into()).unwrap()
}

/// News, a question of its own, and then the answer, in several lines.
fn streamed(said: &Value, holds: bool) -> Response {
    let news = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}});
    let question = json!({"jsonrpc": "2.0", "id": said["id"], "method": "ping"});
    let lines: String = format!("{said:#}").lines().map(|line| format!("data: {line}\r\n")).collect();
    let text =
        format!(": hello\n\nevent: message\ndata: {news}\n\ndata: {question}\n\nevent: message\nid: 3\n{lines}\r\n");
    let body = match holds {
        false => Body::from(text),
        true => Body::from_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from(text))]).chain(stream::pending())),
    };
    Response::builder().status(200).header("content-type", "text/event-stream").body(body).unwrap()
}

impl World {
    fn reply(&mut self, method: &str, params: &Value) -> Result<Value, (i32, String)> {
        match method {
            "initialize" => Ok(json!({
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"resources": {}},
                "serverInfo": {"name": "watasu", "version": "1.1.0"},
                "instructions": "Read-only.",
            })),
            "ping" => Ok(json!({})),
            "resources/list" => Ok(self.page_of("resources", self.lists().0, params)),
            "resources/templates/list" => Ok(self.page_of("resourceTemplates", self.lists().1, params)),
            "resources/read" => {
                let uri = params["uri"].as_str().unwrap_or_default().to_owned();
                self.read.push(uri.clone());
                let (kind, text) = self.resource(&uri).ok_or_else(|| (-32002, format!("Resource not found: {uri}")))?;
                Ok(json!({"contents": [{"uri": uri, "mimeType": kind, "text": text}]}))
            }
            // There are no tools, and nothing else either.
            other => Err((-32601, format!("Method not found: {other}"))),
        }
    }

    fn page_of(&self, name: &str, items: Vec<Value>, params: &Value) -> Value {
        let from: usize = params["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let page: Vec<Value> = items.iter().skip(from).take(self.page).cloned().collect();
        let next = from + page.len();
        match next < items.len() {
            true => json!({name: page, "nextCursor": next.to_string()}),
            false => json!({name: page}),
        }
    }
}
