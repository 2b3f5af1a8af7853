//! Actions as the pg plugin of the vendor's client has them.

use crate::model::RunAction;

/// The words after `aka`, for a database that its name tells from the others of its app (`-d` takes names alone; read in the
/// plugin, and seen in its output).
pub(in super::super) fn words(run: &RunAction, owner: &str, database: Option<&str>) -> Option<Vec<String>> {
    let database = database?;
    let command = match run.action.as_str() {
        "backups" => "pg:backups",
        "backups/create" => "pg:backups:capture",
        "backups/restore" => "pg:backups:restore",
        "roles" => "pg:credentials",
        "roles/create" => "pg:credentials:create",
        "roles/rotate" => "pg:credentials:rotate",
        "roles/delete" => "pg:credentials:destroy",
        "logs" => "pg:logs",
        "restart" => "pg:restart",
        "replica" => "pg:replicas",
        "replica/create" => "pg:replicas:create",
        "replica/delete" => "pg:replicas:destroy",
        _ => return None,
    };
    let words = std::iter::once(command).chain(run.subject.as_deref());
    Some(words.chain(["-a", owner, "-d", database]).map(str::to_owned).collect())
}
