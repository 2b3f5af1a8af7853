//! How a database is: what `pg:info` and `redis:info` show, as health, facts and figures. Prose is read with care; what can't be
//! read is not known.

use serde_json::Value;

use super::Layer;
use super::wire::{Database, Row, Wait};
use crate::model::{Addon, Fact, Figure, Health, Known, Usage, printable, scrubbed};
use crate::platform::heroku::services::Kind;
use crate::platform::{Fresh, ReadError};

/// What is told once per database, not as prose of its own.
const LEFT_OUT: [&str; 2] = ["plan", "add-on"];

/// The path of a database.
fn path(kind: Kind, id: &str) -> Option<[&str; 4]> {
    match kind {
        Kind::Postgres => Some(["client", "v11", "databases", id]),
        Kind::KeyValue => Some(["redis", "v0", "databases", id]),
        Kind::AdvancedPostgres | Kind::OtherOfHeroku | Kind::Other => None,
    }
}

impl Layer {
    /// Adds to an add-on what the data API tells of it. Where that is out of reach, everything else stays, and says so.
    pub(in crate::platform::heroku) async fn look_at(&self, addon: &mut Addon) {
        let kind = Kind::of(&addon.service, addon.plan.as_deref());
        let id = addon.key.id.clone();
        let Some(path) = path(kind, &id) else { return };
        // Before it is provisioned the data API knows nothing of it (404), and there is nothing to ask.
        if !addon.state.is_ready() {
            return;
        }
        let wait = if kind == Kind::KeyValue { "wait" } else { "wait_status" };
        let wait_path = [path[0], path[1], path[2], path[3], wait];
        let (database, wait) = tokio::join!(
            self.detail::<Database>(&path, "how the database is"),
            self.detail::<Wait>(&wait_path, "how the database is")
        );
        addon.health = match (&database, &wait) {
            (Ok(database), wait) => health(database, wait.as_ref().ok()),
            (Err(error), _) => Health::Unknown(error.message.as_str().into()),
        };
        if let Ok(database) = &database {
            addon.facts.extend(facts(database));
        }
        if let Ok(wait) = &wait {
            addon.facts.extend(wait_words(wait).map(|words| Fact::new("wait status", words)));
        }
        if database.is_err() {
            self.add_reasons(addon);
        }
    }

    /// What a database uses.
    pub(in crate::platform::heroku) async fn usage(&self, kind: Kind, id: &str) -> Result<Fresh<Usage>, ReadError> {
        let path =
            path(kind, id).ok_or_else(|| ReadError::unsupported("Only Heroku's own databases tell what they use."))?;
        let Fresh { value, at, etag } = self.one::<Database>(&path, &[], "what the database uses").await?;
        Ok(Fresh { value: Usage { measured_at: Some(at), figures: figures(&value) }, at, etag })
    }
}

fn wait_words(wait: &Wait) -> Option<String> {
    let message = wait.message.as_deref().map(|text| scrubbed(&printable(text))).filter(|text| !text.is_empty());
    match (wait.is_waiting, message) {
        (Some(true), message) => Some(message.unwrap_or_else(|| "waiting".to_owned())),
        (Some(false), message) => Some(message.unwrap_or_else(|| "available".to_owned())),
        (None, message) => message,
    }
}

/// Good only where it says so itself: `Available`, and nothing that it waits for.
fn health(database: &Database, wait: Option<&Wait>) -> Health {
    let words = wait.and_then(wait_words);
    let is_waiting = database.is_waiting == Some(true) || wait.is_some_and(|wait| wait.is_waiting == Some(true));
    if is_waiting || wait.is_some_and(|wait| wait.is_error == Some(true)) {
        return Health::Failing(words.unwrap_or_else(|| "Heroku says that it is not available yet".to_owned()).into());
    }
    let status = rows(database).find(|row| row.name.eq_ignore_ascii_case("status")).map(text);
    match status {
        Some(status) if status.to_ascii_lowercase().starts_with("available") => Health::Ok,
        Some(status) if status.to_ascii_lowercase().starts_with("unavailable") => Health::Failing(status.into()),
        Some(status) => Health::Unknown(format!("Heroku says {status:?}").into()),
        None => Health::Unknown("Heroku does not tell its status".into()),
    }
}

fn rows(database: &Database) -> impl Iterator<Item = &Row> {
    database.info.iter().flatten()
}

/// The values of a row as text. Those that are addresses of databases are counted, not shown.
fn text(row: &Row) -> String {
    let values = row.values.as_deref().unwrap_or_default();
    if row.resolve_db_name == Some(true) {
        return match values.len() {
            0 => "none".to_owned(),
            1 => "1 database".to_owned(),
            count => format!("{count} databases"),
        };
    }
    let values: Vec<String> = values.iter().map(word).filter(|word| !word.is_empty()).collect();
    values.join(", ")
}

/// Some values are numbers (recorded).
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => scrubbed(&printable(text)),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

fn facts(database: &Database) -> Vec<Fact> {
    let mut facts: Vec<Fact> = rows(database)
        .map(|row| Fact::new(printable(&row.name).to_lowercase(), text(row)))
        .filter(|fact| !fact.value.is_empty() && !LEFT_OUT.contains(&fact.name.as_str()))
        .collect();
    let is_told = facts.iter().any(|fact| fact.name == "version");
    let version = database.version.as_ref().map(word).filter(|version| !version.is_empty() && !is_told);
    facts.extend(version.map(|version| Fact::new("version", version)));
    facts
}

fn figures(database: &Database) -> Vec<Figure> {
    let named = |name: &str| rows(database).find(|row| row.name.eq_ignore_ascii_case(name)).map(text);
    let mut figures = Vec::new();
    let size = named("Data Size");
    if size.is_some() || database.num_bytes.is_some() {
        let (value, limit) = size.as_deref().map_or((None, None), |text| two(text, bytes));
        let value = database.num_bytes.or(value);
        figures.push(figure("storage", "bytes", value, limit, size.as_deref()));
    }
    for (row, name, told) in
        [("Connections", "connections", database.num_connections), ("Tables", "tables", database.num_tables)]
    {
        let prose = named(row);
        if prose.is_some() || told.is_some() {
            let (value, limit) = prose.as_deref().map_or((None, None), |text| two(text, count));
            figures.push(figure(name, "count", value.or(told), limit, prose.as_deref()));
        }
    }
    figures
}

fn figure(name: &str, unit: &str, value: Option<u64>, limit: Option<u64>, prose: Option<&str>) -> Figure {
    Figure {
        name: name.to_owned(),
        value: match value {
            Some(value) => Known::Is(value),
            None => Known::Unknown(format!("Heroku says {:?}", prose.unwrap_or_default()).into()),
        },
        unit: unit.to_owned(),
        limit,
        enforced_by: None,
    }
}

/// `12/120` or `25.6 MB / 10 GB (0.25%) (In compliance)`: how much, and of how much.
fn two(text: &str, read: fn(&str) -> Option<u64>) -> (Option<u64>, Option<u64>) {
    let text = text.split('(').next().unwrap_or_default();
    match text.split_once('/') {
        Some((value, limit)) => (read(value.trim()), read(limit.trim())),
        None => (read(text.trim()), None),
    }
}

fn count(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

/// `25.6 MB`: the CLI counts in 1024s.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.trim().parse().ok()?;
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" | "bytes" | "byte" => 0,
        "kb" | "kib" => 10,
        "mb" | "mib" => 20,
        "gb" | "gib" => 30,
        "tb" | "tib" => 40,
        _ => return None,
    };
    let whole = number * (1u64 << shift) as f64;
    (whole.is_finite() && whole >= 0.0).then_some(whole as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn database() -> Database {
        serde_json::from_value(json!({
            "waiting?": false,
            "resource_url": "postgres://u:hunter2@h/db",
            "database_password": "hunter2",
            "num_bytes": null,
            "info": [
                {"name": "Plan", "values": ["Standard 0"]},
                {"name": "Status", "values": ["Available"]},
                {"name": "Data Size", "values": ["25.6 MB / 10 GB (0.25%) (In compliance)"]},
                {"name": "Tables", "values": [3]},
                {"name": "Connections", "values": ["12/120"]},
                {"name": "Followers", "values": ["postgres://u:hunter2@h1/db", "postgres://u:hunter2@h2/db"], "resolve_db_name": true},
                {"name": "Maintenance window", "values": ["Sundays 22:30 to Mondays 02:30 UTC"]},
                {"name": "Continuous Protection", "values": ["On"]},
                {"name": "Empty", "values": []}
            ]
        }))
        .unwrap()
    }

    #[test]
    fn addresses_of_databases_are_counted_and_never_shown() {
        let facts = facts(&database());
        assert_eq!(Fact::find(&facts, "followers"), Some("2 databases"));
        assert_eq!(Fact::find(&facts, "maintenance window"), Some("Sundays 22:30 to Mondays 02:30 UTC"));
        assert_eq!(Fact::find(&facts, "continuous protection"), Some("On"));
        assert_eq!(Fact::find(&facts, "empty"), None);
        assert!(!format!("{facts:?}").contains("hunter2"));
    }

    #[test]
    fn figures_are_read_out_of_prose_and_what_is_no_figure_is_unknown() {
        let read: Vec<(String, Option<u64>, Option<u64>)> =
            figures(&database()).into_iter().map(|one| (one.name, one.value.get().copied(), one.limit)).collect();
        assert_eq!(
            read,
            [
                ("storage".into(), Some(26_843_545), Some(10 << 30)),
                ("connections".into(), Some(12), Some(120)),
                ("tables".into(), Some(3), None),
            ]
        );
        let mut odd = database();
        odd.info.as_mut().unwrap()[2].values = Some(vec![json!("a lot")]);
        assert!(matches!(&figures(&odd)[0].value, Known::Unknown(why) if why.contains("a lot")));
    }

    #[test]
    fn health_is_good_only_where_heroku_says_so() {
        let wait = |text: serde_json::Value| serde_json::from_value::<Wait>(text).unwrap();
        let calm = wait(json!({"waiting?": false, "message": "available"}));
        assert_eq!(health(&database(), Some(&calm)), Health::Ok);
        let busy = wait(json!({"waiting?": true, "message": "preparing (50%)", "error?": false}));
        assert_eq!(health(&database(), Some(&busy)), Health::Failing("preparing (50%)".into()));
        let mut silent = database();
        silent.info = None;
        assert!(matches!(health(&silent, Some(&calm)), Health::Unknown(_)));
        let mut odd = database();
        odd.info.as_mut().unwrap()[1].values = Some(vec![json!("Wibbling")]);
        assert!(matches!(health(&odd, None), Health::Unknown(_)));
    }
}
