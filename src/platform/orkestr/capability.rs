//! What the platform has. What no text shows is dimmed with what there is instead; no path is guessed.

use crate::model::{Capability, Verb};

/// Why the platform does not have what a verb asks for.
pub(super) fn lacks(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Restore | Verb::RestoreInto => {
            "How a backup is restored on orkestr stands in no text that could be read, so no request is guessed: download the backup instead, and load it from a job of its project, or restore it in the console."
        }
        Verb::PointInTime => "orkestr has no restore to a moment: only backups, which can be downloaded.",
        Verb::Follow => "orkestr makes no add-on that follows another one.",
        Verb::Attach => {
            "An add-on of orkestr belongs to one project and its private network: it can't be given to another one. Make one there, or use a project group in the console."
        }
        Verb::Detach => {
            "An add-on of orkestr belongs to its project for good: it can't be taken from it, only destroyed."
        }
        Verb::Promote => {
            "No add-on of orkestr takes the place of another one: what a project uses is decided by the names of its variables, each given when an add-on is made."
        }
        Verb::Rename => "No way to rename an add-on of orkestr is known: its name is given when it is made.",
        Verb::ChangePlan => {
            "An add-on of orkestr has no plan of its own: its size is that of the account's plan, which is changed in the console."
        }
        Verb::Rotate => {
            "No way to give an add-on of orkestr another password is known. What its console offers was not seen."
        }
        Verb::Restart => {
            "No way to restart an add-on of orkestr is known. Redeploying restarts its project, and not the add-on."
        }
        Verb::Sleep | Verb::Wake => {
            "An add-on of orkestr sleeps and wakes by itself on the plans Starter and Pro; no way to do it by hand is known."
        }
        Verb::Logs => {
            "No way to read the log of an add-on of orkestr is known. The log of a deployment can be read: choose the deployment."
        }
        Verb::Usage => "orkestr tells no size, load or connections of an add-on in any text that could be read.",
        Verb::UploadBackup => "orkestr takes no files as backups, as far as any text shows.",
        Verb::CancelBackup => "No way to stop a backup of orkestr that has begun is known.",
        Verb::ScheduleBackups => {
            "orkestr backs an add-on up once a day at a time of its own: that can only be switched on and off (backups auto)."
        }
        Verb::Maintenance => "orkestr has no maintenance of a project.",
        Verb::CreateApp => {
            "A project of orkestr is made of a repository, which its own client or the console is told: orkestr init."
        }
        Verb::DestroyApp => {
            "Deleting a project of orkestr destroys its containers and add-ons with all data: that is left to its own client and the console."
        }
        Verb::RunAction => "The services of orkestr bring no actions along.",
        Verb::Create
        | Verb::Destroy
        | Verb::BackUp
        | Verb::ListBackups
        | Verb::DownloadBackup
        | Verb::DeleteBackup
        | Verb::AutoBackups
        | Verb::Connect
        | Verb::Redeploy
        | Verb::RollBack => return None,
    })
}

/// Whether the platform has a verb.
pub(super) fn capability(verb: Verb) -> Capability {
    lacks(verb).map_or(Capability::Can, |why| Capability::Cannot(why.to_owned()))
}
