//! What is there right before a command is sent, for the journal: its way back depends on that.

use crate::model::{Attachment, Before, Command, Known, Naming};
use crate::platform::Situation;

/// What of the situation the way back needs; nothing where it needs none or it is not told.
pub(super) fn before(command: &Command, situation: &Situation, naming: Naming) -> Option<Before> {
    match command {
        _ if naming.is_made_up()
            && let Some(what) = there(command, situation) =>
        {
            Some(Before::There { what })
        }
        Command::ScheduleBackups { .. } => {
            let policy = situation.backups.as_ref()?.policy.as_ref()?;
            Some(Before::Schedule { schedule: policy.schedule.clone() })
        }
        Command::ChangePlan { .. } => Some(Before::Plan { plan: situation.addon.as_ref()?.plan.clone()?.to_string() }),
        Command::Maintenance { .. } => Some(Before::Maintenance { is_on: *situation.app.as_ref()?.maintenance.get()? }),
        Command::RollBack { .. } => Some(Before::Release { release: format!("v{}", situation.app.as_ref()?.release?) }),
        Command::MoveAttachments { .. } => match &situation.addon.as_ref()?.attachments {
            Known::Is(_) => Some(Before::Attached { apps: situation.addon.as_ref()?.app_names() }),
            Known::Unknown(_) => None,
        },
        Command::MakePrimary { app, .. } => {
            let former = situation.source.as_ref()?;
            let (addon_id, addon) = (former.key.id.clone(), former.name.clone());
            Some(Before::Primary { app: app.clone(), addon_id: addon_id.to_string(), addon: addon.to_string() })
        }
        _ => None,
    }
}

/// What is there of what the command makes one more of, for a platform that makes up names and tells few times; `None` where
/// it makes nothing, or that could not be read.
fn there(command: &Command, situation: &Situation) -> Option<Vec<String>> {
    match command {
        Command::CreateAddon(create) if create.name.is_empty() => {
            Some(situation.neighbours.iter().map(|addon| addon.name.to_string()).collect())
        }
        // That none bears the name was read right before.
        Command::CreateAddon(_) | Command::Restore(_) => Some(Vec::new()),
        Command::Attach { .. } => match &situation.addon.as_ref()?.attachments {
            Known::Is(rows) => Some(rows.iter().map(Attachment::in_words).collect()),
            Known::Unknown(_) => None,
        },
        Command::BackUp { .. } => {
            let backups = situation.backups.as_ref()?;
            let is_read = !backups.list.is_empty() || backups.facts.is_empty();
            is_read.then(|| backups.list.iter().map(|backup| backup.id.clone()).collect())
        }
        _ => None,
    }
}
