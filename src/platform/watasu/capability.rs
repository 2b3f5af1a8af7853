//! What Watasu has. What one add-on can't do, it says itself.

use super::program::why_undocumented;
use crate::model::Verb;

/// Why the platform does not have what a verb asks for, as a sentence for the screen. `undocumented` says whether the profile
/// allows commands whose exact words no text shows.
pub(super) fn lacks(verb: Verb, undocumented: bool) -> Option<&'static str> {
    Some(match verb {
        Verb::Detach | Verb::Destroy => return why_undocumented(verb).filter(|_| !undocumented),
        Verb::RestoreInto => {
            "Watasu never restores in place: restore makes a replacement add-on, and promote makes the apps use it."
        }
        Verb::DeleteBackup => "No text of Watasu shows how a single backup is deleted: its retention ends it.",
        Verb::CancelBackup => "No text of Watasu shows how a backup or a restore is stopped.",
        Verb::UploadBackup => {
            "Watasu takes a local file as part of a restore only, in a form and up to a size that could not be read: watasu addons restore ADD-ON FILE."
        }
        Verb::ScheduleBackups => {
            "On Watasu the plan says when an add-on is backed up, and no text shows how the hour is set. Qdrant's backups can be switched on and off."
        }
        Verb::PointInTime => "No text of Watasu mentions a restore to a moment: only to a backup.",
        Verb::Rename => "No text of Watasu shows how an add-on gets another name.",
        Verb::Rotate => "No text of Watasu shows a command that rotates credentials.",
        Verb::Restart => {
            "Watasu's Operators may reboot an add-on, but no text shows a command for it: use its dashboard."
        }
        Verb::Sleep | Verb::Wake => "Watasu's add-ons don't sleep: no text mentions it.",
        Verb::Logs => "Watasu shows the logs of apps, and none of an add-on: watasu logs --app APP.",
        Verb::Usage => "Watasu's MCP server does not tell what an add-on uses.",
        Verb::Connect => {
            "Watasu's MCP server never gives what connects to a service. Its own command opens one: watasu pg psql, watasu valkey:cli ADD-ON, watasu clickhouse:cli ADD-ON."
        }
        Verb::RunAction => "The services of Watasu have no further actions.",
        Verb::CreateApp => "attache makes no apps on Watasu: watasu create APP --team TEAM.",
        Verb::DestroyApp => {
            "attache deletes no apps on Watasu (watasu destroy). The app's add-ons would stay, and go on costing."
        }
        Verb::Maintenance => "No text of Watasu mentions a maintenance mode of apps.",
        Verb::RollBack => "Watasu's command has no releases: roll back in its dashboard.",
        Verb::Redeploy => {
            "An app here gets a release with its new variables by itself: nothing has to be deployed again."
        }
        _ => return None,
    })
}
