//! A command as the vendor's own client 0.5.3 has it, for copying.

use super::request::{PROJECT, Place, VERSION, request};
use crate::model::{Command, CreateAddon, printable, shell_line};
use crate::platform::RequestPreview;

/// The request for people.
pub(super) fn preview(command: &Command, place: &Place, endpoint: &impl std::fmt::Display) -> RequestPreview {
    let request = match request(command, place) {
        Ok(request) => request,
        Err(why) => return RequestPreview { request: format!("No request: {why}"), body: None, cli: String::new() },
    };
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let path = format!("/{}{query}", request.path.join("/"));
    let cli = match words(command, place) {
        Some(words) => shell_line(std::iter::once("orkestr").chain(words)),
        // The token stays outside of what is quoted, so that the shell that the line is pasted into puts it in.
        None => format!(
            "curl -sS -H \"Authorization: Bearer $TOKEN\" {}",
            shell_line(["-X", request.method.as_str(), &format!("{endpoint}{path}")])
        ),
    };
    RequestPreview {
        request: printable(&format!("{} {path}", request.method)),
        body: request.body.map(|body| body.to_string()),
        cli,
    }
}

/// The words after `orkestr` (read in its source). It asks before it deletes and rolls back; its token it has from its own file
/// or from ORKESTR_API_TOKEN.
fn words<'a>(command: &'a Command, place: &'a Place) -> Option<Vec<&'a str>> {
    // It takes a slug as well as an id.
    let project = place.project.as_deref().or(place.project_id.as_deref()).unwrap_or(PROJECT);
    Some(match command {
        Command::CreateAddon(CreateAddon { name, service, alias, options, .. }) => {
            let mut words = vec!["addons", "add", project, "--type", service, "--name", name];
            let version = options.get(VERSION).filter(|version| !version.is_empty());
            words.extend(version.iter().flat_map(|version| ["--version", version.as_str()]));
            words.extend(alias.iter().flat_map(|alias| ["--env-var", alias.as_str()]));
            words
        }
        Command::DestroyAddon { addon_id, .. } => vec!["addons", "delete", project, addon_id],
        Command::BackUp { addon_id, .. } => vec!["addons", "backup", project, addon_id],
        Command::DeleteBackup { backup_id, addon_id, .. } => {
            let addon = addon_id.as_deref().or(place.addon_id.as_deref())?;
            vec!["addons", "delete-backup", project, addon, backup_id]
        }
        Command::AutoBackups { addon_id, .. } => vec!["addons", "auto-backup", project, addon_id],
        Command::Redeploy { environment_id, .. } => {
            let mut words = vec!["deploy", project];
            words.extend(environment_id.iter().flat_map(|id| ["--env", id.as_str()]));
            words
        }
        Command::RollBack { release, .. } => vec!["deployments", "rollback", release],
        _ => return None,
    })
}
