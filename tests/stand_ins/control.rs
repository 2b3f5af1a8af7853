//! The rig by hand, over HTTP below `/__stand_in/`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use super::fault::{Rule, say};
use super::rig::{Shared, World};
use super::seen::writes_by_route;
use super::{Fault, Seen};

#[cfg(not(test))]
/// What an example's `--help` says about it.
pub(crate) const HELP: &str = "\
To steer it by hand, below /__stand_in/ (nothing here is counted or logged):
  GET    writes    how many writes came, in all and by route
  GET    seen      the newest 1,000 requests, without their tokens
  GET    counters  requests, answers, 304s and bytes of bodies, in all and by route; those under way; connections
  DELETE counters  count from now on
  POST   world     change how it behaves, where the world can be told (see above)
  POST   faults    misbehave: {\"fault\": F, \"method\": M, \"path\": P, \"times\": N}: on the next N (1) requests of that
                   method (any) whose path begins so (any). F is one of
                     delay  [\"seconds\": S, else until POST advance]     hang             act_and_hang
                     cut                                                act_and_cut      act_and_cut_in_body
                     act_and_cut_half_way                               flood
                     say          \"status\": S, \"headers\": {}, \"body\": B  (nothing is done; 429 and retry-after, too)
                     act_and_say  \"status\": S                          (it is done all the same)
                     act_late, cut_and_act_late  [\"after_reads\": N, else at POST advance]
  DELETE faults    behave, and let go on what waits
  POST   advance   {\"steps\": N} (1): move what goes on by itself, and let go on what waits";

pub(super) async fn answer<W: World>(shared: &Shared<W>, path: &str, seen: &Seen) -> Response {
    let done = || (200, json!({"ok": true}));
    let (status, body) = match (&seen.method, path) {
        (&Method::GET, "writes") => {
            let seen = shared.seen.lock().unwrap();
            let by_route = writes_by_route(&seen);
            (200, json!({"writes": by_route.values().sum::<usize>(), "by_route": by_route}))
        }
        (&Method::GET, "seen") => {
            let seen = shared.seen.lock().unwrap();
            (200, seen.iter().map(Seen::json).collect())
        }
        (&Method::GET, "counters") => {
            let under_way = shared.at_once.lock().unwrap().0;
            (200, shared.counters.json(under_way, shared.connections.load(Ordering::SeqCst)))
        }
        (&Method::DELETE, "counters") => {
            shared.counters.reset();
            done()
        }
        (&Method::POST, "world") => match shared.world().set(&seen.body) {
            Ok(()) => done(),
            Err(why) => (422, json!({ "error": why })),
        },
        (&Method::POST, "faults") => match rule(&seen.body) {
            Ok(rule) => {
                shared.rules.lock().unwrap().push(rule);
                done()
            }
            Err(why) => (422, json!({ "error": why })),
        },
        (&Method::DELETE, "faults") => {
            shared.rules.lock().unwrap().clear();
            shared.release().await;
            done()
        }
        (&Method::POST, "advance") => {
            let steps = seen.body["steps"].as_u64().unwrap_or(1);
            shared.world().advance(u32::try_from(steps).unwrap_or(u32::MAX));
            shared.release().await;
            done()
        }
        _ => (404, json!({"error": "There is no such thing here. See --help."})),
    };
    say(status, &[("content-type", "application/json".into())], format!("{body:#}\n"))
}

fn rule(body: &Value) -> Result<Rule, String> {
    let number = |key: &str| body[key].as_u64();
    let reads = number("after_reads").and_then(|reads| usize::try_from(reads).ok());
    let status =
        || number("status").and_then(|status| u16::try_from(status).ok()).filter(|one| (100..1000).contains(one));
    let needs_status = || "\"status\" is missing or no status of HTTP.".to_owned();
    let text = || body["body"].as_str().unwrap_or_default().to_owned();
    let fault = match body["fault"].as_str().unwrap_or_default() {
        "delay" => Fault::Delay(number("seconds").map(Duration::from_secs)),
        "hang" => Fault::Hang,
        "act_and_hang" => Fault::ActAndHang,
        "cut" => Fault::Cut,
        "act_and_cut" => Fault::ActAndCut,
        "act_and_cut_in_body" => Fault::ActAndCutInBody,
        "act_and_cut_half_way" => Fault::ActAndCutHalfWay,
        "flood" => Fault::Flood,
        "act_and_say" => Fault::ActAndSay(status().ok_or_else(needs_status)?, ""),
        "say" => {
            let told = body["headers"].as_object().cloned().unwrap_or_default();
            // Leaked: a stand-in by hand is told a few of them.
            let header = |(name, value): (String, Value)| {
                let name: &'static str = Box::leak(name.into_boxed_str());
                (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            };
            Fault::Say(status().ok_or_else(needs_status)?, told.into_iter().map(header).collect(), text())
        }
        "act_late" => Fault::ActLate(reads),
        "cut_and_act_late" => Fault::CutAndActLate(reads),
        other => return Err(format!("\"{other}\" is no fault. See --help.")),
    };
    let method = match body["method"].as_str() {
        Some(method) => Some(method.parse().map_err(|_| format!("\"{method}\" is no method."))?),
        None => None,
    };
    let path = body["path"].as_str().unwrap_or_default().to_owned();
    let times = number("times").and_then(|times| usize::try_from(times).ok()).unwrap_or(1);
    Ok(Rule { method, path, times, fault })
}
