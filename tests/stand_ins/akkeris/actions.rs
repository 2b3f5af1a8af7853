//! What a broker does beside making and unmaking. Everything that goes wrong there is a 503.

use serde_json::{Value, json};

use super::front::{Asked, Reply, ok, sentence, unavailable};
use super::{Addon, Backup, Phase, World};

/// The operations of the database broker: name, method, path below `actions`. Only the first was seen; the rest is
/// inferred from the paths.
const OPERATIONS: [(&str, &str, &str); 14] = [
    ("list_backups", "get", "backups"),
    ("get_backup", "get", "backups/{backup}"),
    ("create_backup", "post", "backups"),
    ("restore_backup", "put", "backups/{backup}"),
    ("list_roles", "get", "roles"),
    ("get_role", "get", "roles/{role}"),
    ("create_role", "post", "roles"),
    ("rotate_role", "put", "roles/{role}"),
    ("delete_role", "delete", "roles/{role}"),
    ("view_logs", "get", "logs"),
    ("restart", "put", "restart"),
    ("get_replica", "get", "replica"),
    ("create_replica", "put", "replica"),
    ("delete_replica", "delete", "replica"),
];

impl World {
    pub(super) fn act(&mut self, app_id: &str, addon: &str, action: &[&str], asked: &Asked) -> Reply {
        let Some((at, _)) = self.through(app_id, addon) else {
            return sentence(404, format!("The specified service {addon} on {app_id} was not found."));
        };
        let (service, plan) = self.plan_of(&self.addons[at]);
        let (is_dedicated, plan) = (plan.is_dedicated(), plan.id.clone());
        if service.is_built_in {
            return match action {
                ["rotate"] => {
                    self.addons[at].rotations += 1;
                    ok(json!({"status": "ok"}))
                }
                _ => sentence(404, "No such action found."),
            };
        }
        let is_database = service.named.name == "akkeris-postgresql";
        if !is_database || !self.addons[at].is_reachable {
            return unavailable();
        }
        if let ("GET", [operation, "schema"]) = (asked.method.as_str(), action) {
            return schema(&self.addons[at].id, operation);
        }
        let needs_server = matches!(action, ["backups" | "logs" | "restart" | "replica", ..]);
        if needs_server && !is_dedicated {
            return unavailable();
        }
        let (number, moves) = (self.number() >> 24, self.moves_by_reads);
        let addon = &mut self.addons[at];
        match (asked.method.as_str(), action) {
            ("GET", ["backups"]) => {
                let shown = addon.backups.iter().map(|one| one.json(addon)).collect();
                if moves {
                    addon.step();
                }
                ok(shown)
            }
            ("POST", ["backups"]) if !addon.is_busy() => {
                let created_at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
                let backup =
                    Backup { id: format!("{}-manual-{number:010x}", addon.database()), progress: 0, created_at };
                let shown = backup.json(addon);
                addon.backups.push(backup);
                ok(shown)
            }
            ("GET", ["backups", id]) => {
                let shown = addon.backups.iter().find(|one| one.id == *id).map(|one| one.json(addon));
                if moves {
                    addon.step();
                }
                shown.map_or_else(unavailable, ok)
            }
            ("PUT", ["backups", id]) if !addon.is_busy() && addon.backups.iter().any(|one| one.id == *id) => {
                (addon.restored_from, addon.phase) = (Some((*id).to_owned()), Phase::Working { steps: 2 });
                done()
            }
            ("GET", ["roles"]) if addon.roles.is_empty() => ok(Value::Null),
            ("GET", ["roles"]) => ok((0..addon.roles.len()).map(|role| addon.role(role, "")).collect()),
            ("POST", ["roles"]) => {
                addon.roles.push((format!("rdo1{:07x}", number & 0xfff_ffff), 0));
                ok(addon.role(addon.roles.len() - 1, &plan))
            }
            (method @ ("GET" | "PUT" | "DELETE"), ["roles", name]) => {
                let Some(role) = addon.roles.iter().position(|(one, _)| one == name) else { return unavailable() };
                match method {
                    "GET" => ok(addon.role(role, "")),
                    "PUT" => {
                        addon.roles[role].1 += 1;
                        ok(addon.role(role, &plan))
                    }
                    _ => {
                        addon.roles.remove(role);
                        done()
                    }
                }
            }
            ("GET", ["logs"]) => {
                let (at, name) = ("2026-11-20T16:20:23.801Z UTC:LOG: ", addon.database());
                ok(json!({"logs": format!("{at} checkpoint starting: time\n{at} checkpoint complete: {name}\n")}))
            }
            ("PUT", ["restart"]) if !addon.is_busy() => {
                addon.phase = Phase::Working { steps: 2 };
                done()
            }
            ("GET", ["replica"]) if addon.has_replica => ok(json!({"Username": "stub", "Password": "",
                "Endpoint": format!("pg-ro.example.internal:5432/{}", addon.database()), "Plan": plan})),
            ("PUT", ["replica"]) if !addon.has_replica => {
                addon.has_replica = true;
                ok(addon.replica(&plan))
            }
            ("DELETE", ["replica"]) if addon.has_replica => {
                addon.has_replica = false;
                ok(addon.replica(&plan))
            }
            _ => unavailable(),
        }
    }
}

fn done() -> Reply {
    ok(json!({"status": "OK"}))
}

fn schema(addon: &str, operation: &str) -> Reply {
    let Some((name, method, path)) = OPERATIONS.iter().find(|(name, _, _)| *name == operation) else {
        return unavailable();
    };
    let url = format!("/v2/service_instances/{addon}/actions/{path}");
    ok(json!({"openapi": "3.0.0", "servers": [{"url": url}], "info": {"title": name, "version": "1.0.0"},
              "paths": {&url: {*method: {"operationId": name}}}}))
}

impl Addon {
    fn database(&self) -> String {
        let letters: String = self.id.chars().filter(char::is_ascii_hexdigit).take(10).collect();
        format!("stub{letters}")
    }

    /// With capitals, as the broker has them.
    fn role(&self, role: usize, plan: &str) -> Value {
        let (name, rotations) = &self.roles[role];
        let endpoint = format!("pg-{}.example.internal:5432/{}", &self.id[..6], self.database());
        json!({"Username": name, "Password": format!("dummy-{role}-{rotations}"), "Endpoint": endpoint, "Plan": plan})
    }

    fn replica(&self, plan: &str) -> Value {
        let name = self.database();
        json!({"id": self.id, "name": format!("{name}-ro"), "provider_id": "",
               "plan": {"provider": "stub", "id": plan, "scheme": "postgres"}, "username": "stub", "password": "",
               "endpoint": format!("pg-ro.example.internal:5432/{name}"), "status": "available", "ready": true,
               "engine": "postgres", "engine_version": "10.4", "scheme": "postgres"})
    }
}

impl Backup {
    fn json(&self, addon: &Addon) -> Value {
        let status = if self.progress < 100 { "creating" } else { "available" };
        json!({"database": {"name": addon.database()}, "id": self.id, "progress": self.progress, "status": status,
               "created_at": self.created_at})
    }
}
