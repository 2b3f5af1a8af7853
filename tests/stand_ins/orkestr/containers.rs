//! The running container of an environment: numbers as the vendor's client prints them.

use serde_json::json;

use super::exchange::{Answer, Ask, Refusal, ok};
use super::world::Orkestr;

/// Nothing if there is no such path.
pub(super) fn answer(world: &mut Orkestr, at: usize, ask: &Ask, word: &str) -> Option<Answer> {
    let is_read = ask.method == "GET";
    let is_known = match word {
        "stats" | "logs" | "health" | "request-metrics" | "app-health" => is_read,
        "sleep" | "wake" => ask.method == "POST",
        _ => false,
    };
    is_known.then(|| of_environment(world, at, ask, word))
}

fn of_environment(world: &mut Orkestr, at: usize, ask: &Ask, word: &str) -> Answer {
    let wanted = ask.query("environment_id");
    let project = &mut world.projects[at];
    let is_it = |one: &&mut super::project::Environment| wanted.map_or(one.is_production, |id| one.id == id);
    let Some(environment) = project.environments.iter_mut().find(is_it) else {
        return Err(Refusal::missing("Environment"));
    };
    if environment.status == "created" {
        return Err(Refusal::new(409, "This environment has never been deployed."));
    }
    let container = format!("{}-{}", project.name, environment.name);
    match word {
        "stats" => ok(json!({"cpu_percent": 3.2, "memory_usage": "128MiB", "memory_limit": "512MiB",
                             "memory_percent": 25.0, "network_rx": "1.2MB", "network_tx": "3.4MB"})),
        "logs" => ok(json!({"container": container, "logs": "listening on 3000\nGET / 200\n"})),
        "health" => {
            ok(json!({"status": environment.status, "uptime": "3 days", "restart_count": 0, "image": container,
                              "started_at": "2026-11-18T08:00:00Z"}))
        }
        "app-health" => ok(json!({"status": "healthy", "source": "traffic", "window_seconds": 300,
                                  "recent_requests": 42, "recent_server_errors": 0})),
        "request-metrics" => ok(json!({"period": ask.query("period").unwrap_or("1h"), "total_requests": 42,
                                       "requests_per_minute": 0.7, "error_count": 0, "error_rate_percent": 0.0,
                                       "avg_ms": 12.0, "p50_ms": 9.0, "p95_ms": 31.0, "p99_ms": 55.0,
                                       "waf_blocked": 0, "waf_rate_limited": 0})),
        _ => {
            environment.status = if word == "sleep" { "sleeping" } else { "running" }.into();
            ok(json!({"container": container, "status": environment.status}))
        }
    }
}
