//! Backups, the platform's own operations, and what changes an add-on.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::db::{Addon, Db, Reply, missing, now, refusal};
use super::respond;

#[derive(Clone)]
pub(crate) struct Backup {
    pub(crate) id: String,
    pub(crate) addon_id: Option<String>,
    pub(crate) addon: Option<String>,
    pub(crate) service: String,
    pub(crate) state: String,
    pub(crate) trigger: String,
    pub(crate) label: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) started_at: String,
    pub(crate) data: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct Work {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// Id and name.
    pub(crate) addon: (String, String),
    pub(crate) backup_id: Option<String>,
    pub(crate) state: String,
    pub(crate) message: Option<String>,
    pub(crate) by: String,
    pub(crate) created_at: jiff::Timestamp,
}

impl Work {
    pub(crate) fn json(&self) -> Value {
        let (id, name) = &self.addon;
        let addon = if id.is_empty() { Value::Null } else { json!({"id": id, "name": name}) };
        json!({"id": self.id, "kind": self.kind, "addon": addon, "backup_id": self.backup_id, "state": self.state,
               "step": "copy_data", "message": self.message, "by": self.by, "created_at": self.created_at.to_string(),
               "started_at": null, "ended_at": null,
               "progress": {"bytes": 4096, "done": 3, "total": null, "unit": "tables"}})
    }
}

impl Backup {
    pub(crate) fn json(&self) -> Value {
        let is_whole = matches!(self.state.as_str(), "finished" | "expired");
        json!({"id": self.id, "addon_id": self.addon_id, "addon": self.addon, "team": "sandbox", "service": self.service,
               "plan": "small", "state": self.state, "trigger": self.trigger, "label": self.label, "message": self.message,
               "size": is_whole.then_some(self.data.len()), "checksum": is_whole.then(|| self.checksum()), "by": "alice",
               "created_at": self.started_at, "started_at": (self.state != "pending").then_some(&self.started_at),
               "finished_at": is_whole.then_some(&self.started_at), "keep_until": "2030-01-01T00:00:00Z",
               "progress": null})
    }

    pub(crate) fn checksum(&self) -> String {
        let digest = Sha256::digest(&self.data);
        format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    pub(crate) fn download(&self) -> Response {
        if self.state != "finished" {
            return respond(refusal(409, "backup_not_finished", "It is not finished."), None);
        }
        Response::builder()
            .header("etag", format!("\"{}\"", self.checksum()))
            .header("content-disposition", format!("attachment; filename=\"{}.pgdump\"", self.id))
            .body(Body::from(self.data.clone()))
            .unwrap()
    }
}

impl Db {
    pub(crate) fn find(&self, id_or_name: &str) -> Option<&Addon> {
        self.addons.iter().find(|addon| addon.id == id_or_name || addon.name == id_or_name)
    }

    pub(crate) fn backup(&mut self, id: &str) -> Option<&mut Backup> {
        self.backups.iter_mut().find(|backup| backup.id == id)
    }

    pub(crate) fn policy(&self, addon: &Addon) -> Value {
        let finished: Vec<&Backup> = self
            .backups
            .iter()
            .filter(|one| one.addon_id.as_ref() == Some(&addon.id) && one.state == "finished")
            .collect();
        let evicts = (finished.len() >= 2).then(|| finished[0].id.clone());
        json!({"keep_count": 2, "keep_days": 7, "schedule": addon.schedule, "next_at": null, "evicts": evicts})
    }

    /// A finished backup of an add-on.
    pub(crate) fn finished_backup(&mut self, addon: &str, started_at: &str) -> String {
        let id = self.new_backup(Some(addon), "postgresql", "manual", b"a whole backup".to_vec());
        let backup = self.backups.last_mut().unwrap();
        (backup.state, backup.started_at) = ("finished".into(), started_at.into());
        id
    }

    fn new_backup(&mut self, addon: Option<&str>, service: &str, trigger: &str, data: Vec<u8>) -> String {
        let id = self.id("bkp");
        let of = addon.and_then(|addon| self.find(addon)).map(|addon| (addon.id.clone(), addon.name.clone()));
        let (addon_id, addon) = of.unzip();
        let (service, trigger) = (service.to_owned(), trigger.to_owned());
        let started_at = now().to_string();
        let state = "running".into();
        self.backups.push(Backup {
            id: id.clone(),
            addon_id,
            addon,
            service,
            state,
            trigger,
            label: None,
            message: None,
            started_at,
            data,
        });
        id
    }

    /// Writes down an operation, by its add-on's id or name.
    pub(crate) fn work(&mut self, addon: &str, kind: &str, backup_id: Option<&str>) -> &mut Work {
        let addon = self.find(addon).map_or_else(Default::default, |addon| (addon.id.clone(), addon.name.clone()));
        let id = self.id("op");
        let (kind, backup_id) = (kind.to_owned(), backup_id.map(str::to_owned));
        let (state, by) = ("running".into(), "alice".into());
        self.works.push(Work { id, kind, addon, backup_id, state, message: None, by, created_at: now() });
        self.works.last_mut().unwrap()
    }

    /// The last operation has come to this.
    pub(crate) fn end_work(&mut self, state: &str, message: Option<&str>) {
        let work = self.works.last_mut().unwrap();
        (work.state, work.message) = (state.into(), message.map(str::to_owned));
    }

    /// The answer to what goes on with an add-on after it.
    pub(crate) fn under_way(&mut self, addon: &str, kind: &str, backup_id: Option<&str>) -> Reply {
        if self.find(addon).is_none() {
            return missing();
        }
        let operation = self.work(addon, kind, backup_id).json();
        (202, json!({"addon": self.find(addon).unwrap().json(self), "operation": operation}))
    }

    pub(crate) fn back_up(&mut self, addon: &str) -> Reply {
        let Some(found) = self.find(addon) else { return missing() };
        let evicts = self.policy(found)["evicts"].clone();
        let id = self.new_backup(Some(addon), "postgresql", "manual", b"a whole backup".to_vec());
        let operation = self.work(addon, "back_up", Some(&id)).json();
        (202, json!({"backup": self.backups.last().unwrap().json(), "operation": operation, "evicts": evicts}))
    }

    pub(crate) fn upload(&mut self, service: &str, data: &[u8]) -> Reply {
        let id = self.new_backup(None, service, "uploaded", data.to_vec());
        let operation = self.work("", "check_upload", Some(&id)).json();
        (202, json!({"backup": self.backups.last().unwrap().json(), "operation": operation}))
    }

    pub(crate) fn delete_backup(&mut self, id: &str) -> Reply {
        let Some(backup) = self.backup(id) else { return missing() };
        backup.state = "expired".into();
        let (shown, addon) = (backup.json(), backup.addon_id.clone().unwrap_or_default());
        let operation = self.work(&addon, "delete_backup", Some(id)).json();
        (202, json!({"backup": shown, "operation": operation}))
    }

    pub(crate) fn restore(&mut self, id: &str, body: &Value) -> Reply {
        let Some(backup) = self.backup(id) else { return missing() };
        let origin = json!({"backup_id": backup.id, "addon_id": backup.addon_id, "addon": backup.addon});
        let (name, plan, service) = (&body["name"], &body["plan"], backup.service.clone());
        let (status, _) = self.create_addon(&json!({"addon": {"name": name, "plan": plan, "service": service}}));
        assert_eq!(status, 202);
        self.works.pop();
        let addon = self.addons.last_mut().unwrap();
        (addon.state, addon.restored_from) = ("restoring".into(), Some(origin));
        let addon = addon.id.clone();
        self.under_way(&addon, "restore", Some(id))
    }

    pub(crate) fn schedule(&mut self, addon: &str, schedule: Option<Value>) -> Reply {
        let Some(found) = self.addon(addon) else { return missing() };
        found.schedule = schedule;
        (200, json!({"policy": self.policy(self.find(addon).unwrap())}))
    }

    pub(crate) fn promote(&mut self, to: &str, body: &Value) -> Reply {
        self.revision += 1;
        let from = body["from"].as_str().unwrap();
        let Some(source) = self.addon(from) else { return missing() };
        let moved = std::mem::take(&mut source.attachments);
        let Some(target) = self.addon(to) else { return missing() };
        target.attachments.extend(moved);
        let shown: Vec<Value> = target.attachments.iter().map(|one| one.json(target)).collect();
        (200, json!({"attachments": shown, "releases": [], "missing": ["It has no schedule."]}))
    }

    pub(crate) fn change(&mut self, addon: &str, body: &Value) -> Reply {
        self.revision += 1;
        let Some(found) = self.addon(addon) else { return missing() };
        let id = found.id.clone();
        match (body["name"].as_str(), body["plan"].as_str()) {
            (Some(name), None) => {
                found.name = name.to_owned();
                self.under_way(&id, "rename", None)
            }
            (None, Some(plan)) => {
                (found.plan, found.state) = (plan.to_owned(), "updating".into());
                self.under_way(&id, "change_plan", None)
            }
            _ => refusal(422, "invalid_field", "Exactly one of name and plan."),
        }
    }
}

pub(crate) fn usage() -> Value {
    json!({"usage": {"measured_at": "2026-11-20T03:14:07Z", "figures": [
        {"name": "connections", "value": 3, "unit": "count", "limit": 20, "enforced_by": "the role", "unknown_reason": null},
        {"name": "storage", "value": null, "unit": "bytes", "limit": null, "enforced_by": null, "unknown_reason": "it sleeps"},
    ]}})
}
