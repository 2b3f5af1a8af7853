//! What the platform has. What a single add-on can't do, the catalog's plans say (`rules.rs`).

use crate::model::{Capability, Verb};

/// Why the platform does not have what a verb asks for.
pub(super) fn lacks(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Restore => {
            "Akkeris makes no new add-on of a backup: it replaces the data of the same database in place (restore into)."
        }
        Verb::DownloadBackup => "Akkeris does not hand out the files of its backups.",
        Verb::DeleteBackup => "Akkeris can't delete a single backup: all go with their database.",
        Verb::CancelBackup => "Akkeris can't stop a backup or a restore that it has begun.",
        Verb::UploadBackup => "Akkeris takes no files as backups.",
        Verb::ScheduleBackups => {
            "Akkeris has no schedules for backups that could be set: its operators' cloud may have one."
        }
        Verb::PointInTime => "Akkeris has no restore to a moment: only to a backup.",
        Verb::Follow => {
            "Akkeris makes no add-on that follows another; on plans that have it, a database gets a read-only replica of its own with the action replica/create."
        }
        Verb::Sleep | Verb::Wake => "Akkeris stops no service while it is not used.",
        Verb::AutoBackups => "Akkeris does not switch backups on or off: its operators' cloud may have a schedule.",
        Verb::Redeploy => {
            "An app here is restarted with its new variables by itself: nothing has to be deployed again."
        }
        Verb::Usage => "Akkeris does not tell what an add-on uses.",
        Verb::CreateApp => "An app here needs an organisation, too: make it with aka apps:create.",
        Verb::DestroyApp => {
            "Deleting an app here destroys the add-ons that it owns with their data: that is left to aka apps:destroy."
        }
        _ => return None,
    })
}

/// Whether the platform has a verb.
pub(super) fn capability(verb: Verb) -> Capability {
    lacks(verb).map_or(Capability::Can, |why| Capability::Cannot(why.to_owned()))
}
