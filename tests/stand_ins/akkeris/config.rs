//! Config vars: what an app's add-ons give it, its own, and the notes that tell which is which.

use serde_json::{Map, Value, json};

use super::front::{Reply, ok, sentence};
use super::{Phase, World};

/// Names with these in them are redacted wholly where the space is under socs.
const SECRETS: [&str; 8] = ["PASS", "KEY", "SECRET", "PRIVATE", "TOKEN", "SALT", "AUTH", "HASH"];

const SYSTEM: [(&str, &str); 7] = [
    ("PORT", "This is the TCP/IP port the app must respond to http requests on."),
    ("AKKERIS_DEPLOYMENT", "The name of the application excluding the spaces suffix, e.g., 'app' in 'app-space'."),
    ("AKKERIS_APPLICATION", "The full name of the application including hte space suffix. e.g., 'app-space'"),
    ("AKKERIS_SPACE", "The name of the space the app is running in."),
    (
        "AKKERIS_GIT_SHA1",
        "Available only during build time, this is the SHA of the git commit that triggered the build.",
    ),
    ("AKKERIS_GIT_BRANCH", "Available only during build time, this is the branch of the git commit."),
    ("AKKERIS_GIT_REPO", "Available only during build time, this is the repo of the git commit, as a URI."),
];

/// What stands before the variables of an add-on that is not the primary one.
fn prefix(name: &str) -> String {
    let parts: Vec<&str> = name.split('-').collect();
    let kept = if parts.len() >= 3 { parts[2..].join("_") } else { parts.concat() };
    format!("{}_", kept.to_uppercase())
}

fn redacted(name: &str, value: &str) -> String {
    if SECRETS.iter().any(|part| name.to_uppercase().contains(part)) {
        return "[redacted]".into();
    }
    let parts = value.split_once("://").and_then(|(scheme, rest)| {
        let (login, host) = rest.split_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:[redacted]@{host}"))
    });
    parts.unwrap_or_else(|| value.to_owned())
}

impl World {
    /// What one attachment gives its app, by name. A broker that is at it for the first time gives nothing.
    fn variables_of(&self, (at, which): (usize, usize)) -> Vec<(String, String)> {
        let (addon, one) = (&self.addons[at], &self.addons[at].attachments[which]);
        if matches!(addon.phase, Phase::Provisioning { .. }) {
            return Vec::new();
        }
        let mark = &addon.id[..6];
        let database =
            |host: &str| format!("postgres://u{mark}:dummy-password-{mark}@{host}.example.internal:5432/d{mark}");
        let mut variables = match self.plan_of(addon).0.named.name.as_str() {
            "akkeris-postgresql" => vec![("DATABASE_URL", database(&format!("pg-{mark}")))],
            "akkeris-redis" => vec![("REDIS_URL", format!("redis://redis-{mark}.example.internal:6379"))],
            "akkeris-s3" => vec![
                ("S3_BUCKET", format!("bucket-{mark}")),
                ("S3_REGION", "us-west-2".into()),
                ("S3_LOCATION", format!("bucket-{mark}.s3.example.internal")),
                ("S3_ACCESS_KEY", format!("DUMMYACCESSKEY{mark}")),
                ("S3_SECRET_KEY", format!("dummy-secret-{mark}")),
            ],
            "logtap" => vec![("LOGTAP_URL", format!("https://logtap.example.internal/{mark}"))],
            _ => vec![("SECURE_KEY", format!("DUMMYKEY{}{mark}", addon.rotations))],
        };
        if addon.has_replica {
            variables.push(("DATABASE_READONLY_URL", database(&format!("pg-{mark}-ro"))));
        }
        let prefix = if one.is_primary { String::new() } else { prefix(&one.name) };
        let is_redacted = self.has_compliance(&one.app_id, "socs");
        let shown = |(name, value): (&str, String)| {
            let name = format!("{prefix}{name}");
            let value = if is_redacted { redacted(&name, &value) } else { value };
            (name, value)
        };
        variables.into_iter().map(shown).collect()
    }

    pub(super) fn values_of(&self, row: (usize, usize)) -> Value {
        self.variables_of(row).into_iter().map(|(name, value)| (name, Value::from(value))).collect::<Map<_, _>>().into()
    }

    /// Every attachment of an app: owned ones, then attached ones; of a clash, the last one stays.
    fn attachments_on(&self, app_id: &str) -> Vec<(usize, usize)> {
        let is_here = |(at, which): &(usize, usize)| self.addons[*at].attachments[*which].app_id == app_id;
        let all = |at: usize| (0..self.addons[at].attachments.len()).map(move |which| (at, which));
        let mut here: Vec<(usize, usize)> = (0..self.addons.len()).flat_map(all).filter(is_here).collect();
        here.sort_by_key(|(_, which)| *which > 0);
        here
    }

    fn all_values(&self, app_id: &str) -> Map<String, Value> {
        let app = self.app(app_id).unwrap();
        let is_redacted = self.has_compliance(app_id, "socs");
        let mut values = Map::new();
        if app.formation.is_some() {
            values.insert("PORT".into(), "9000".into());
        }
        for (name, value) in &app.own {
            let value = if is_redacted { redacted(name, value) } else { value.clone() };
            values.insert(name.clone(), value.into());
        }
        for row in self.attachments_on(app_id) {
            values.extend(self.variables_of(row).into_iter().map(|(name, value)| (name, value.into())));
        }
        values
    }

    pub(super) fn config_vars(&self, app_id: &str) -> Reply {
        ok(self.all_values(app_id).into())
    }

    pub(super) fn change_config_vars(&mut self, app_id: &str, body: &Value) -> Reply {
        let Some(changes) = body.as_object() else { return sentence(422, "The config vars were not an object.") };
        for (name, value) in changes {
            if name == "PORT" || name.starts_with("AKKERIS_") {
                let why = "is reserved and cannot be changed through config vars.";
                return sentence(409, format!("The environment variable {name} {why}"));
            }
            let is_given = |row: &(usize, usize)| self.variables_of(*row).iter().any(|(one, _)| one == name);
            if self.attachments_on(app_id).iter().any(is_given) {
                let why = "was set by a service, remove the accompanying service to modify or delete this.";
                return sentence(409, format!("The environment variable {name} {why}"));
            }
            if value.is_null() && !self.app(app_id).unwrap().own.contains_key(name) {
                // Inferred: the status is known, the words are not.
                return sentence(409, format!("The environment variable {name} does not exist."));
            }
        }
        let own = &mut self.app_mut(app_id).unwrap().own;
        for (name, value) in changes {
            match value.as_str() {
                Some(value) => drop(own.insert(name.clone(), value.to_owned())),
                None => drop(own.remove(name)),
            }
        }
        self.restart(app_id);
        self.config_vars(app_id)
    }

    pub(super) fn config_notes(&self, app_id: &str) -> Reply {
        let app = self.app(app_id).unwrap();
        let mut notes = Map::new();
        let note = |kind: &str, addon: Value, is_fixed: bool, about: &str| json!({"type": kind, "addon": addon, "read_only": is_fixed, "required": is_fixed, "description": about});
        for (name, about) in SYSTEM {
            notes.insert(name.into(), note("system", Value::Null, true, about));
        }
        for name in app.own.keys() {
            notes.insert(name.clone(), note("user", Value::Null, false, ""));
        }
        for (at, which) in self.attachments_on(app_id) {
            let one = &self.addons[at].attachments[which];
            // The id is the attachment's, not the add-on's.
            let addon = json!({"id": one.id, "name": one.name});
            for (name, _) in self.variables_of((at, which)) {
                notes.insert(name, note("addon", addon.clone(), false, ""));
            }
        }
        for (name, changes) in &app.notes {
            if let (Some(note), Some(changes)) = (notes.get_mut(name), changes.as_object()) {
                changes.iter().for_each(|(key, value)| note[key] = value.clone());
            }
        }
        ok(notes.into())
    }

    pub(super) fn change_notes(&mut self, app_id: &str, body: &Value) -> Reply {
        let notes = &mut self.app_mut(app_id).unwrap().notes;
        for (name, changes) in body.as_object().into_iter().flatten() {
            notes.insert(name.clone(), changes.clone());
        }
        self.config_notes(app_id)
    }
}
