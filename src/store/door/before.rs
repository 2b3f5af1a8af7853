//! What is there right before a command is sent, for the journal: its way back depends on that.

use crate::model::{Before, Command, Known};
use crate::platform::Situation;

/// What of the situation the way back needs; nothing where it needs none or it is not told.
pub(super) fn before(command: &Command, situation: &Situation) -> Option<Before> {
    match command {
        Command::ScheduleBackups { .. } => {
            let policy = situation.backups.as_ref()?.policy.as_ref()?;
            Some(Before::Schedule { schedule: policy.schedule.clone() })
        }
        Command::ChangePlan { .. } => Some(Before::Plan { plan: situation.addon.as_ref()?.plan.clone()? }),
        Command::Maintenance { .. } => Some(Before::Maintenance { is_on: *situation.app.as_ref()?.maintenance.get()? }),
        Command::RollBack { .. } => Some(Before::Release { release: format!("v{}", situation.app.as_ref()?.release?) }),
        Command::MoveAttachments { .. } => match &situation.addon.as_ref()?.attachments {
            Known::Is(_) => Some(Before::Attached { apps: situation.addon.as_ref()?.app_names() }),
            Known::Unknown(_) => None,
        },
        Command::MakePrimary { app, .. } => {
            let former = situation.source.as_ref()?;
            let (addon_id, addon) = (former.key.id.clone(), former.name.clone());
            Some(Before::Primary { app: app.clone(), addon_id, addon })
        }
        _ => None,
    }
}
