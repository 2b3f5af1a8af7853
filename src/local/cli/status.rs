//! Whether the platform runs, and how its add-ons are.

use std::process::ExitCode;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use super::{CliError, ask, log, say};
use crate::config::PlatformPaths;
use crate::local::db::holder;
use crate::model::printable;

/// Nothing was reached.
const NOT_REACHED: u8 = 6;

/// The document of `--json`.
#[derive(Serialize)]
struct Status {
    running: bool,
    answering: bool,
    pid: Option<i32>,
    since: Option<String>,
    user: Option<String>,
    version: Option<String>,
    folder: String,
    socket: String,
    log: String,
    /// How many add-ons are in each state; absent when nobody answers.
    addons: Option<IndexMap<String, u64>>,
}

pub(super) fn status(paths: &PlatformPaths, json: bool) -> Result<ExitCode, CliError> {
    let status = look(paths)?;
    if json {
        let document = serde_json::to_string_pretty(&status);
        say(&document.map_err(|error| CliError::failed(format!("The status can't be written: {error}.")))?)?;
    } else {
        tell(&status)?;
    }
    Ok(if status.answering { ExitCode::SUCCESS } else { ExitCode::from(NOT_REACHED) })
}

fn look(paths: &PlatformPaths) -> Result<Status, CliError> {
    let held = holder(&paths.folder).map_err(|error| CliError::failed(error.to_string()))?;
    let socket = paths.socket();
    let account = ask::get(&socket, "/v1/account").ok();
    let addons = count_addons(|path| ask::get(&socket, path).ok());
    let told = |name: &str| {
        let value = account.as_ref()?["account"]["platform"][name].as_str()?;
        Some(printable(value))
    };
    Ok(Status {
        running: held.is_some(),
        answering: account.is_some(),
        pid: held.flatten(),
        since: told("started_at"),
        user: told("user"),
        version: told("version"),
        folder: paths.folder.display().to_string(),
        socket: socket.display().to_string(),
        log: log::path(&paths.folder).display().to_string(),
        addons,
    })
}

/// Counts all pages; a count that misses one would be a lie.
fn count_addons(get: impl Fn(&str) -> Option<Value>) -> Option<IndexMap<String, u64>> {
    let mut counts = IndexMap::new();
    let mut path = "/v1/addons".to_owned();
    loop {
        let page = get(&path)?;
        for addon in page["addons"].as_array()? {
            *counts.entry(printable(addon["state"].as_str()?)).or_insert(0) += 1;
        }
        match page["next_token"].as_str() {
            None => return Some(counts),
            Some(token) => path = format!("/v1/addons?next_token={token}"),
        }
    }
}

fn tell(status: &Status) -> Result<(), CliError> {
    let process = status.pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
    let since = status.since.as_deref().unwrap_or("an unknown time");
    match (status.running, status.answering) {
        (_, true) => {
            let user = status.user.as_deref().unwrap_or("an unknown user");
            say(&format!("The platform runs since {since} as {user}{process}."))?;
        }
        (true, false) => say(&format!("A platform runs{process}, but it does not answer."))?,
        (false, false) => say("The platform does not run. Start it with: attache platform up")?,
    }
    if let Some(addons) = &status.addons {
        let total: u64 = addons.values().sum();
        let states: Vec<_> = addons.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let states = if states.is_empty() { String::new() } else { format!(" ({})", states.join(", ")) };
        say(&format!("add-ons  {total}{states}"))?;
    }
    say(&format!("socket   {}", status.socket))?;
    say(&format!("log      {}", status.log))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn add_ons_are_counted_over_all_pages_or_not_at_all() {
        let pages = |path: &str| match path {
            "/v1/addons" => Some(serde_json::json!({
                "addons": [{ "state": "ready" }, { "state": "failed" }], "next_token": "2" })),
            "/v1/addons?next_token=2" => {
                Some(serde_json::json!({ "addons": [{ "state": "ready" }], "next_token": null }))
            }
            _ => None,
        };
        let counts = count_addons(pages).unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("ready".to_owned(), 2), ("failed".to_owned(), 1)]);
        assert_eq!(count_addons(|path| (path == "/v1/addons").then(|| pages(path))?), None);
    }
}
