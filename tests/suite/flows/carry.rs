//! What the platform in memory does for each command.

use attache::model::*;

use super::fake::Fake;

impl Fake {
    /// Does it, and tells in the operation what came of it where that is not simply that it is done.
    pub(super) fn carry_out(&mut self, command: Command, operation: &mut Operation) {
        match command {
            Command::CreateAddon(create) => {
                let mut addon = self.fresh_addon(&create.name, &create.service, &create.plan);
                if let Some(app) = &create.app {
                    let attachment = self.fresh_attachment(&addon, app, create.alias.as_deref());
                    addon.attachments = Known::Is(vec![attachment]);
                }
                operation.addon_id = Some(addon.key.id.to_string());
                operation.outcome = Outcome::Accepted;
                self.addons.push(addon);
                self.event(&create.name, "make_folder", EventStatus::Done);
            }
            Command::Attach { addon, app, alias, .. } => {
                let target = self.addon(&addon).clone();
                let attachment = self.fresh_attachment(&target, &app, alias.as_deref());
                let mut all = target.attachments.items().to_vec();
                all.push(attachment);
                self.addon_mut(&addon).attachments = Known::Is(all);
            }
            Command::Detach { addon, attachment_id, .. } => {
                let target = self.addon_mut(&addon);
                let mut all = target.attachments.items().to_vec();
                all.retain(|attachment| attachment.id.as_deref() != Some(attachment_id.as_str()));
                target.attachments = Known::Is(all);
            }
            Command::DestroyAddon { addon, .. } => {
                let target = self.addon_mut(&addon);
                (target.state, target.state_word) = (State::Deprovisioning, "deprovisioning".into());
                operation.outcome = Outcome::Accepted;
            }
            Command::Restore(restore) => {
                let mut addon = self.fresh_addon(&restore.name, &restore.service, &restore.plan);
                (addon.state, addon.state_word) = (State::Restoring, "restoring".into());
                let of = self.backups.iter().find(|backup| backup.id == restore.backup_id);
                let addon_id = of.and_then(|backup| backup.addon_id.clone());
                addon.restored_from = Some(Box::new(Origin {
                    backup_id: restore.backup_id.clone(),
                    addon_id,
                    addon: restore.of.clone(),
                }));
                operation.addon_id = Some(addon.key.id.to_string());
                operation.outcome = Outcome::Accepted;
                self.addons.push(addon);
            }
            Command::Maintenance { app, is_on } => {
                let row = self.apps.iter_mut().find(|row| row.name == app).expect("it is there");
                row.maintenance = Known::Is(is_on);
            }
            Command::BackUp { addon, label, .. } => {
                let id = format!("b_{}", self.next());
                self.with_backup(&id, &addon, BackupState::Pending, 0);
                self.backups.iter_mut().find(|backup| backup.id == id).expect("it was just made").label = label;
                (operation.backup_id, operation.outcome) = (Some(id), Outcome::Accepted);
            }
            Command::DeleteBackup { backup_id, .. } => {
                let gone = self.backups.iter_mut().find(|backup| backup.id == backup_id).expect("it is there");
                gone.state = BackupState::Expired;
            }
            Command::MoveAttachments { from, to, .. } => {
                let moved = std::mem::replace(&mut self.addon_mut(&from).attachments, Known::Is(Vec::new()));
                let all = self.addon(&to).attachments.items().iter().chain(moved.items()).cloned().collect();
                self.addon_mut(&to).attachments = Known::Is(all);
            }
            Command::ChangePlan { addon, plan, .. } => self.addon_mut(&addon).plan = Some(plan.into()),
            Command::Rename { addon, name, .. } => self.addon_mut(&addon).name = name.into(),
            Command::ScheduleBackups { schedule, .. } => self.schedule = schedule,
            Command::Sleep { addon, .. } => self.addon_mut(&addon).state = State::Sleeping,
            Command::Wake { addon, .. } => self.addon_mut(&addon).state = State::Ready,
            _ => {}
        }
    }
}
