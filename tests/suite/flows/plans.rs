//! What a restore consists of on the platform in memory, and the releases of its apps.

use attache::model::*;
use attache::platform::{ReadError, ReadErrorKind};
use attache::store::door::RestoreWish;

use super::fake::{Fake, error};

impl Fake {
    /// Gives an app a release, made that many minutes ago.
    pub(crate) fn with_release(&mut self, app: &str, version: u64, minutes_ago: i64) -> &mut Self {
        let release = Release {
            version,
            description: "Deploy".into(),
            by: Some("alice".into()),
            created_at: Some(self.now - jiff::SignedDuration::from_mins(minutes_ago)),
        };
        self.releases.insert(0, (app.to_owned(), release));
        self
    }

    pub(super) fn releases_of(&self, app: &str) -> Vec<Release> {
        self.releases.iter().filter(|(of, _)| of == app).map(|(_, release)| release.clone()).collect()
    }

    /// The steps: a copy and a download to take or leave, one that can't be, and those that a restore needs.
    pub(super) fn plan(&self, wish: &RestoreWish) -> Result<RestorePlan, ReadError> {
        let missing = || error(ReadErrorKind::NotFound, "There is no such backup any more.");
        let backup = self.backups.iter().find(|backup| backup.id == wish.backup_id).ok_or_else(missing)?;
        if self.addons.iter().any(|addon| addon.name == wish.replacement) {
            let taken = format!("There is an add-on called {} already. Choose another name.", wish.replacement);
            return Err(error(ReadErrorKind::NotFound, &taken));
        }
        let source = self.addons.iter().find(|addon| Some(addon.key.id.as_str()) == wish.addon_id.as_deref());
        let of = backup.addon.clone();
        let step = |act, title: &str, is_optional, cannot: Option<&str>| Offer {
            step: Step { act, title: title.into(), done: "done".into(), is_optional },
            is_chosen: !is_optional,
            cannot: cannot.map(str::to_owned),
            why: format!("Why: {title}."),
        };
        let send = |command| Act::Send { command: Box::new(command) };
        let mut offers = Vec::new();
        if let Some(source) = source {
            let copy =
                Command::BackUp { addon_id: source.key.id.to_string(), addon: source.name.to_string(), label: None };
            offers.push(Offer { is_chosen: true, ..step(send(copy), "Back it up as it is now", true, None) });
        }
        let download = Act::Download { backup_id: backup.id.clone(), file: wish.file.clone() };
        offers.push(step(download, "Download the backup", true, None));
        if source.is_some() {
            let stop = send(Command::Maintenance { app: "storefront".into(), is_on: true });
            offers.push(step(stop, "Stop the writers", true, Some("It has no maintenance.")));
        }
        let is_in_place = self.rig.is_in_place;
        let restore = Command::Restore(RestoreBackup {
            backup_id: backup.id.clone(),
            of: of.clone(),
            name: wish.replacement.clone(),
            team: wish.team.clone(),
            service: "postgresql".into(),
            plan: wish.plan.clone().or_else(|| backup.plan.clone()).unwrap_or_default(),
        });
        let restore = match source.filter(|_| is_in_place) {
            Some(source) => Command::RestoreInto {
                backup_id: backup.id.clone(),
                of: of.clone(),
                addon_id: source.key.id.to_string(),
                addon: source.name.to_string(),
            },
            None => restore,
        };
        offers.push(step(send(restore), &format!("Restore into {}", wish.replacement), false, None));
        if source.is_some() && !is_in_place {
            offers.push(step(Act::Late { late: Late::SwitchOver }, "Switch the apps over", false, None));
        }
        offers.push(step(Act::CleanUp, "Clean up", false, None));
        Ok(RestorePlan {
            goal: RestoreGoal {
                addon_id: wish.addon_id.clone().unwrap_or_default(),
                addon: of.unwrap_or_default(),
                backup_id: Some(backup.id.clone()),
                backup_started_at: backup.started_at,
                backup_size: backup.size,
                good_moment: wish.good_moment,
                replacement: wish.replacement.clone(),
                way: if is_in_place { Way::InPlace } else { Way::Replacement },
            },
            ways: Vec::new(),
            offers,
            does: vec!["A new add-on is made.".into()],
            leaves: vec!["The schedule is not carried over.".into()],
            at: self.now,
        })
    }
}
