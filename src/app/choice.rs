//! What is chosen in a list that changes by itself: found again by its id, never by its place.

use super::State;
use super::modal::Modal;
use super::ui::Pane;
use crate::model::{
    ActionClass, Addon, AddonKey, Backup, BackupState, Backups, Known, Naming, Owner, Verb, Work, age, free_name,
    make_primary, size,
};

/// The place of a cursor in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// What is under the cursor; `None` before the list was looked at.
    pub id: Option<String>,
    /// Where it was seen last: its neighbour is taken when it is gone.
    at: usize,
}

impl Chosen {
    /// The cursor on this one.
    pub fn on(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), at: 0 }
    }

    /// The place of the cursor in the list as it is now.
    pub fn index<'a>(&self, mut ids: impl Iterator<Item = &'a str>) -> usize {
        ids.position(|id| self.id.as_deref() == Some(id)).unwrap_or(self.at)
    }

    /// Finds it again in the list as it is now, or takes its neighbour; true if another one is chosen now.
    pub(super) fn settle(&mut self, ids: &[&str]) -> bool {
        let at = self.index(ids.iter().copied()).min(ids.len().saturating_sub(1));
        self.take(ids, at)
    }

    /// Chooses what is at that place; true if that is another one.
    pub(super) fn take(&mut self, ids: &[&str], at: usize) -> bool {
        self.put(ids.get(at).map(|id| (*id).to_owned()), at)
    }

    /// Chooses this one, which is at that place; true if that is another one.
    pub(super) fn put(&mut self, id: Option<String>, at: usize) -> bool {
        let is_other = self.id != id;
        (self.id, self.at) = (id, at);
        is_other
    }
}

/// What has to be chosen before a command can be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickKind {
    /// Which backup of an add-on is deleted.
    Delete(AddonKey),
    /// From which add-on the apps go over to this one.
    Source(AddonKey),
    /// Which plan an add-on gets.
    Plan(AddonKey),
    /// Which action of its service is run.
    Action(AddonKey),
    /// Which app is to use it.
    App(AddonKey),
    /// Which environment of its app is deployed again.
    Redeploy(AddonKey),
    /// Which environment of its app goes back to an earlier deployment.
    RollBack(AddonKey),
    /// Which deployment an environment of its app goes back to.
    Deployment {
        /// The add-on.
        addon: AddonKey,
        /// The environment's native id.
        environment_id: String,
        /// Its name.
        environment: String,
    },
}

impl PickKind {
    /// The add-on that it is about.
    pub fn addon(&self) -> &AddonKey {
        match self {
            PickKind::Delete(key)
            | PickKind::Source(key)
            | PickKind::Plan(key)
            | PickKind::Action(key)
            | PickKind::App(key)
            | PickKind::Redeploy(key)
            | PickKind::RollBack(key)
            | PickKind::Deployment { addon: key, .. } => key,
        }
    }
}

/// One thing that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickItem {
    /// Its identity.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What is known of it.
    pub detail: String,
    /// Why it can't be chosen.
    pub disabled: Option<String>,
}

/// What can be chosen. What may be thousands is put into words only where it is looked at.
#[derive(Clone, Debug)]
pub enum Picks<'a> {
    /// These.
    Items(Vec<PickItem>),
    /// Add-ons whose apps can go over.
    Sources(Vec<&'a Addon>),
    /// Apps that can be made to use an add-on.
    Apps {
        /// The add-on.
        addon: &'a Addon,
        /// The app that owns it, where one does.
        owner: Option<&'a str>,
        /// The apps.
        apps: Vec<&'a str>,
        /// What names there are.
        naming: Naming,
    },
}

impl Picks<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Picks::Items(items) => items.len(),
            Picks::Sources(addons) => addons.len(),
            Picks::Apps { apps, .. } => apps.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their identities.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| match self {
            Picks::Items(items) => items[at].id.as_str(),
            Picks::Sources(addons) => addons[at].key.id.as_str(),
            Picks::Apps { apps, .. } => apps[at],
        })
    }

    /// What they are called.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| match self {
            Picks::Items(items) => items[at].label.as_str(),
            Picks::Sources(addons) => addons[at].name.as_str(),
            Picks::Apps { apps, .. } => apps[at],
        })
    }

    /// The one at a place.
    pub fn at(&self, at: usize) -> Option<PickItem> {
        match self {
            Picks::Items(items) => items.get(at).cloned(),
            Picks::Sources(addons) => addons.get(at).map(|addon| source_item(addon)),
            Picks::Apps { addon, owner, apps, naming } => apps.get(at).map(|app| PickItem {
                id: (*app).to_owned(),
                label: (*app).to_owned(),
                detail: if Some(*app) == *owner { "its owner".into() } else { String::new() },
                disabled: make_primary(addon, app, None, *naming).err(),
            }),
        }
    }
}

impl State {
    /// The backups of an add-on as last read.
    pub fn backups(&self, addon_id: &str) -> Option<&Backups> {
        self.store.backups.get(addon_id)?.value.as_ref()
    }

    /// The backups among which the cursor moves: those on all of the screen, or else those of the pane. Newest first.
    pub fn shown_backups(&self) -> &[Backup] {
        let of = |id: &str| self.backups(id).map_or(&[][..], |backups| backups.list.as_slice());
        match self.modals.last() {
            Some(Modal::Backups(view)) => match &view.addon {
                Some(addon) => of(&addon.id),
                None => self.store.all_backups.value.as_deref().unwrap_or_default(),
            },
            _ => self.ui.detail.as_ref().map_or(&[], |key| of(&key.id)),
        }
    }

    /// Whether keys move among backups.
    pub(super) fn is_among_backups(&self) -> bool {
        match self.modals.last() {
            None => self.ui.focus == Pane::Backups,
            Some(modal) => matches!(modal, Modal::Backups(_)),
        }
    }

    /// The backup under the cursor, while keys move among backups.
    pub fn chosen_backup(&self) -> Option<&Backup> {
        if !self.is_among_backups() {
            return None;
        }
        let id = match self.modals.last() {
            Some(Modal::Backups(view)) => view.chosen.id.as_ref(),
            _ => self.ui.backup.id.as_ref(),
        }?;
        self.shown_backups().iter().find(|backup| backup.id == *id)
    }

    /// What can be chosen, in the order in which it is shown.
    pub fn pick_items(&self, kind: &PickKind) -> Picks<'_> {
        let Some(addon) = self.store.addons.get(kind.addon()).map(|row| &*row.addon) else {
            return Picks::Items(Vec::new());
        };
        Picks::Items(match kind {
            PickKind::Source(_) => return Picks::Sources(self.sources(addon).collect()),
            PickKind::App(_) => return self.app_picks(addon),
            PickKind::Delete(_) => self.backup_items(addon, |backup| backup.state != BackupState::Expired),
            PickKind::Plan(_) => self.plan_items(addon),
            PickKind::Action(_) => self.action_items(addon),
            PickKind::Redeploy(_) | PickKind::RollBack(_) => self.environment_items(addon),
            PickKind::Deployment { environment_id, .. } => self.deployment_items(addon, environment_id),
        })
    }

    fn backup_items(&self, addon: &Addon, is_offered: fn(&Backup) -> bool) -> Vec<PickItem> {
        let list = self.backups(&addon.key.id).map_or(&[][..], |backups| backups.list.as_slice());
        list.iter()
            .filter(|backup| is_offered(backup))
            .map(|backup| {
                let begun = backup.started_at;
                let mut facts = vec![
                    begun.map_or_else(|| "age unknown".to_owned(), |at| format!("{} old", age(at, self.clock()))),
                    backup.size.map_or_else(|| "size unknown".to_owned(), size),
                ];
                facts.extend(backup.trigger.clone());
                if !backup.is_finished() {
                    facts.push(backup.state.word().to_owned());
                }
                facts.push(backup.id.clone());
                PickItem {
                    id: backup.id.clone(),
                    label: begun
                        .map_or_else(|| "start unknown".to_owned(), |at| at.strftime("%Y-%m-%d %H:%MZ").to_string()),
                    detail: facts.join(", "),
                    disabled: None,
                }
            })
            .collect()
    }

    /// The add-ons whose apps can go over to this one, that which it was made from first.
    pub(super) fn sources<'a>(&'a self, to: &'a Addon) -> impl Iterator<Item = &'a Addon> {
        let is_origin = |addon: &Addon| origin_id(to) == Some(addon.key.id.as_str());
        let fits = move |addon: &&Addon| {
            let has_apps = !addon.attachments.items().is_empty();
            addon.service == to.service && addon.key != to.key && has_apps
        };
        let all = || self.store.addons.iter().map(|row| &*row.addon).filter(fits);
        all().filter(move |addon| is_origin(addon)).chain(all().filter(move |addon| !is_origin(addon)))
    }

    /// The add-on that this one was made from, if apps use it.
    pub(super) fn preset_source(&self, to: &Addon) -> Option<&Addon> {
        let key = self.store.key(origin_id(to)?);
        self.sources(to)
            .find(|addon| addon.key == key)
            .map(|addon| &addon.key)
            .and_then(|key| self.store.addons.get(key).map(|row| &*row.addon))
    }

    fn plan_items(&self, addon: &Addon) -> Vec<PickItem> {
        let service = self.store.catalog.value.as_ref().and_then(|catalog| catalog.service(&addon.service));
        let plans = service.map_or(&[][..], |service| service.plans.as_slice());
        plans
            .iter()
            .map(|plan| PickItem {
                id: plan.name.clone(),
                label: plan.name.clone(),
                detail: plan.summary.clone(),
                disabled: (addon.plan.as_deref() == Some(plan.name.as_str()))
                    .then(|| "the plan that it has".to_owned()),
            })
            .collect()
    }

    /// The actions that are known, and one that is named by hand.
    fn action_items(&self, addon: &Addon) -> Vec<PickItem> {
        let Some(actions) = self.store.actions.get(addon.key.id.as_str()).and_then(|slot| slot.value.as_ref()) else {
            return Vec::new();
        };
        let locked = self.session.no_writes.clone();
        let known = actions.iter().map(|action| {
            let about = action.subject.as_ref().map_or_else(String::new, |about| format!(" {}", about.to_uppercase()));
            let inferred = if action.is_inferred { "; inferred" } else { "" };
            PickItem {
                id: action.name.clone(),
                label: action.title.clone(),
                detail: format!("{}, {}{about}{inferred}", action.class.word(), action.name),
                disabled: action.cannot.clone().or(locked.clone().filter(|_| action.class != ActionClass::Reads)),
            }
        });
        let by_hand = PickItem {
            id: String::new(),
            label: "Another one, by its name".into(),
            detail: "destroys, for all that is known".into(),
            disabled: locked.clone(),
        };
        known.chain(self.session.words.has_unlisted_actions.then_some(by_hand)).collect()
    }

    /// The apps that can be made to use an add-on.
    fn app_picks<'a>(&self, addon: &'a Addon) -> Picks<'a> {
        let owner = match &addon.owner {
            Owner::App(app) => Some(app.as_str()),
            Owner::Team(_) => None,
        };
        let mut apps = addon.apps();
        let at = owner.and_then(|owner| apps.binary_search(&owner).err());
        owner.zip(at).into_iter().for_each(|(owner, at)| apps.insert(at, owner));
        Picks::Apps { addon, owner, apps, naming: self.session.words.naming }
    }

    /// A name for what a backup of `of` becomes, that no add-on has.
    pub(super) fn free_name(&self, of: &str) -> String {
        let is_taken = |name: &str| self.store.addons.iter().any(|row| row.addon.name == name);
        let longest = self.session.words.naming.longest();
        free_name(of, "restored", longest, is_taken).unwrap_or_else(|| format!("{of}-restored"))
    }
}

fn origin_id(addon: &Addon) -> Option<&str> {
    addon.restored_from.as_ref()?.addon_id.as_deref()
}

fn source_item(addon: &Addon) -> PickItem {
    let mut apps: Vec<&str> = addon.attachments.items().iter().map(|one| one.app.as_str()).collect();
    apps.dedup();
    PickItem {
        id: addon.key.id.to_string(),
        label: addon.name.to_string(),
        detail: format!("{}, used by {}", addon.service_and_plan(), apps.join(", ")),
        disabled: None,
    }
}

/// Whether an add-on changes by itself just now: its state does, or the platform works on it.
pub(super) fn is_moving(addon: &Addon) -> bool {
    let works = |work: &Work| work.state.is_under_way();
    addon.state.is_transitional() || addon.work.as_deref().is_some_and(works)
}

/// Whether an add-on has no backups and will have none, for sure: what is only out of reach is unknown. A platform that can't
/// reach them says so of each add-on, too; one that says nothing of this add-on has none at all.
pub fn keeps_no_backups(state: &State, addon: &Addon) -> bool {
    let own = addon.cannot(Verb::ListBackups).or_else(|| addon.cannot(Verb::BackUp));
    match own {
        Some(_) => addon.keeps_no_backups().is_some(),
        None => state.session.cannot(Verb::ListBackups).is_some(),
    }
}

/// Why the backups of an add-on can't be had: there are none, or they are out of reach; `None` when it can have some.
pub fn no_backups(addon: &Addon) -> Option<&str> {
    match addon.last_backup {
        Known::Is(Some(_)) => None,
        _ => addon.cannot(Verb::ListBackups).or_else(|| addon.cannot(Verb::BackUp)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_found_again_wherever_it_went() {
        let mut chosen = Chosen::default();
        assert!(chosen.settle(&["b", "a"]), "the first look takes the first");
        assert!(chosen.take(&["b", "a"], 1));
        assert!(!chosen.settle(&["d", "c", "b", "a"]), "new ones come before it");
        assert_eq!((chosen.id.as_deref(), chosen.index(["d", "c", "b", "a"].into_iter())), (Some("a"), 3));
        assert!(chosen.settle(&["d", "c", "b"]), "it went: its neighbour");
        assert_eq!(chosen.id.as_deref(), Some("b"));
        assert!(chosen.settle(&[]));
        assert_eq!(chosen.id, None);
    }
}
