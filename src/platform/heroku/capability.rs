//! What Heroku has at all. What one add-on can't do, it says itself.

use super::data::Layer;
use crate::model::{Capability, Verb};

/// Why a verb is not there, as a sentence for the screen.
pub(super) fn lacks(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Restore => {
            "Heroku restores into a database that is there: make one first, then restore the backup into it (--into)."
        }
        Verb::UploadBackup => {
            "Heroku takes no backup as a file: it restores from an address that it can reach (heroku pg:backups:restore URL)."
        }
        Verb::AutoBackups => "Heroku backs up at an hour that you say: schedule the backups instead.",
        Verb::Redeploy => {
            "An app here gets a release with its new variables by itself: nothing has to be deployed again."
        }
        Verb::Restart => "Heroku has no restart of an add-on. Of a database, connections can be reset (an action).",
        Verb::Sleep | Verb::Wake => "Heroku's add-ons don't sleep.",
        Verb::Logs => "What an add-on logs is part of its app's log stream: heroku logs --app APP.",
        Verb::CreateApp => "attache makes no apps on Heroku: heroku apps:create NAME.",
        Verb::DestroyApp => "attache deletes no apps on Heroku: heroku apps:destroy --app NAME.",
        _ => return None,
    })
}

pub(super) fn capability(verb: Verb, data: &Layer) -> Capability {
    match lacks(verb) {
        Some(why) => Capability::Cannot(why.to_owned()),
        None => data.capability(verb),
    }
}
