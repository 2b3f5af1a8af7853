//! What a procedure did itself is no change that somebody has to hear of before its next command.

use crate::model::{Addon, Attachment, Backups, Command, Known, Operation};
use crate::platform::Situation;
use crate::store::Prepared;

/// `now` without what the operations before it in its procedure did, so that what is left is the doing of others. What the
/// command itself would do now is as it is.
pub(in crate::store::door) fn without_ours(shown: &Prepared, now: &Prepared, ours: &[Operation]) -> Prepared {
    let mut without = now.clone();
    let situation = &mut without.situation;
    if let Known::Is(works) = &mut situation.around.works {
        works.retain(|work| !ours.iter().any(|one| one.work_id.as_ref() == Some(&work.id)));
    }
    if let Known::Is(journaled) = &mut situation.around.journaled {
        journaled.retain(|other| !ours.iter().any(|one| one.id == other.operation.id));
    }
    // A release of an app that one of ours touched, by our own account, is ours.
    let account = situation.around.account.get().cloned();
    for (app, releases) in &mut situation.around.releases {
        let touched = ours.iter().any(|one| one.command.app() == Some(app.as_str()));
        if let Known::Is(releases) = releases
            && touched
            && account.is_some()
        {
            releases.retain(|release| release.by != account);
        }
    }
    for app in ours.iter().filter_map(|one| touched(&one.command)) {
        as_it_was(&shown.situation, situation, app);
    }
    for operation in ours {
        match &operation.command {
            Command::Attach { app, alias, .. } => {
                let is_it = |one: &Attachment| one.app == *app && one.alias.as_deref() == alias.as_deref();
                for (before, after) in
                    [(&shown.situation.addon, &mut situation.addon), (&shown.situation.source, &mut situation.source)]
                {
                    let was_there = before.as_ref().is_some_and(|addon| addon.attachments.items().iter().any(is_it));
                    if let Some(addon) = after
                        && let Known::Is(attachments) = &mut addon.attachments
                        && !was_there
                    {
                        attachments.retain(|one| !is_it(one));
                    }
                }
            }
            // One more copy changes which is pushed out next: that is told of whoever makes yet another one.
            Command::BackUp { .. } if !matches!(now.command, Command::BackUp { .. }) => {
                as_shown(shown.situation.backups.as_ref(), situation.backups.as_mut());
                as_shown(shown.situation.target_backups.as_ref(), situation.target_backups.as_mut());
            }
            Command::Maintenance { app, .. } => {
                if let (Some(before), Some(after)) = (&shown.situation.app, &mut situation.app)
                    && before.name == *app
                    && after.name == *app
                {
                    after.maintenance.clone_from(&before.maintenance);
                }
            }
            _ => {}
        }
    }
    without
}

/// The app whose add-ons, or whose primaries, a command of ours has changed.
fn touched(command: &Command) -> Option<&str> {
    match command {
        Command::MakePrimary { app, .. } | Command::Detach { app, .. } => Some(app),
        // Under which name it was attached the platform has chosen.
        Command::Attach { app, alias: None, .. } => Some(app),
        Command::CreateAddon(create) => create.app.as_deref(),
        _ => None,
    }
}

/// What was shown of an app's attachments and variables, in place of what is there now. Whoever else is at this app between
/// two of our commands is seen by its releases, where there are any, and by the platform itself.
fn as_it_was(shown: &Situation, now: &mut Situation, app: &str) {
    let neighbours = shown.neighbours.iter().filter(|one| one.apps().contains(&app));
    for addon in neighbours {
        if !now.neighbours.iter().any(|one| one.key == addon.key) {
            now.neighbours.push(addon.clone());
        }
    }
    let is_known = |addon: &Addon| shown.neighbours.iter().any(|one| one.key == addon.key) || addon.apps() != [app];
    now.neighbours.retain(is_known);
    let pairs = [(&shown.addon, &mut now.addon), (&shown.source, &mut now.source)];
    for (before, after) in pairs {
        if let (Some(before), Some(after)) = (before, after.as_mut()) {
            rows_as_they_were(before, after, app);
        }
    }
    for after in &mut now.neighbours {
        if let Some(before) = shown.neighbours.iter().find(|one| one.key == after.key) {
            rows_as_they_were(before, after, app);
        }
    }
    // Whoever served it before does not any more: that was our doing.
    if now.source.is_none() {
        now.source.clone_from(&shown.source);
    }
    for (name, names) in &mut now.variables {
        if name == app
            && let Some((_, before)) = shown.variables.iter().find(|(one, _)| one == app)
        {
            names.clone_from(before);
        }
    }
}

fn rows_as_they_were(before: &Addon, after: &mut Addon, app: &str) {
    if before.key == after.key
        && let (Known::Is(old), Known::Is(new)) = (&before.attachments, &mut after.attachments)
    {
        new.retain(|row| row.app != app);
        new.extend(old.iter().filter(|row| row.app == app).cloned());
    }
}

fn as_shown(shown: Option<&Backups>, now: Option<&mut Backups>) {
    if let (Some(before), Some(after)) =
        (shown.and_then(|one| one.policy.as_ref()), now.and_then(|one| one.policy.as_mut()))
    {
        after.evicts.clone_from(&before.evicts);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::differences;
    use super::*;
    use crate::model::{
        App, BackupPolicy, Change, Effects, OperationId, Outcome, ProfileName, RestoreBackup, Work, WorkState,
    };
    use crate::platform::{Around, RequestPreview, Situation};

    fn copy() -> Command {
        Command::BackUp { addon_id: "add_1".into(), addon: "orders".into(), label: None }
    }

    fn restore() -> Command {
        Command::Restore(RestoreBackup {
            backup_id: "b1".into(),
            of: None,
            name: "orders-2".into(),
            team: None,
            service: "postgresql".into(),
            plan: "small".into(),
        })
    }

    fn work(id: &str, by: &str) -> Work {
        Work {
            word: None,
            app: None,
            environment: None,
            steps: Vec::new(),
            id: id.into(),
            kind: "back_up".into(),
            addon_id: Some("add_1".into()),
            addon: Some("orders".into()),
            backup_id: None,
            state: WorkState::Done,
            step: None,
            message: None,
            by: Some(by.into()),
            created_at: Some(Timestamp::UNIX_EPOCH),
            started_at: None,
            ended_at: None,
            progress: None,
        }
    }

    fn prepared(command: Command, works: Vec<Work>, evicts: Option<&str>) -> Prepared {
        let policy = BackupPolicy { evicts: evicts.map(str::to_owned), ..BackupPolicy::default() };
        let around = Around {
            account: Known::Is("ada".into()),
            works: Known::Is(works),
            journaled: Known::Is(Vec::new()),
            ..Around::default()
        };
        let backups = Some(Backups { facts: Vec::new(), list: Vec::new(), policy: Some(policy) });
        Prepared {
            command,
            effects: Effects { changes: vec![Change::Adds("A new add-on.".into())] },
            request: RequestPreview { request: String::new(), body: None, cli: String::new() },
            situation: Situation { around, backups, ..Situation::default() },
            read_at: Timestamp::UNIX_EPOCH,
            again: None,
        }
    }

    fn ours(command: Command) -> Operation {
        Operation {
            child: None,
            id: OperationId::new(Timestamp::UNIX_EPOCH, 1),
            profile: ProfileName("local".into()),
            command,
            started_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Done,
            addon_id: None,
            work_id: Some("op_1".into()),
            backup_id: None,
            is_noted: false,
            before: None,
            asks: None,
        }
    }

    fn left(shown: &Prepared, now: &Prepared, ours: &[Operation]) -> Vec<String> {
        differences(shown, &without_ours(shown, now, ours))
    }

    #[test]
    fn what_the_procedure_did_before_is_no_change_and_what_others_did_is() {
        let shown = prepared(restore(), Vec::new(), Some("b0"));
        let now = prepared(restore(), vec![work("op_1", "ada")], Some("b1"));
        assert_eq!(left(&shown, &now, &[ours(copy())]), Vec::<String>::new());
        assert_eq!(left(&shown, &now, &[]).len(), 2, "without a procedure both are changes");
        let also = prepared(restore(), vec![work("op_1", "ada"), work("op_2", "eve")], Some("b1"));
        let what = left(&shown, &also, &[ours(copy())]);
        assert!(what.len() == 1 && what[0].contains("eve"), "{what:?}");
    }

    #[test]
    fn one_more_backup_is_told_what_it_pushes_out_now() {
        let shown = prepared(copy(), Vec::new(), Some("b0"));
        let now = prepared(copy(), vec![work("op_1", "ada")], Some("b1"));
        let what = left(&shown, &now, &[ours(copy())]);
        assert!(what.len() == 1 && what[0].contains("pushes out b1"), "{what:?}");
    }

    #[test]
    fn maintenance_that_the_procedure_began_is_no_change_of_that_app_alone() {
        let app = |name: &str, is_on: bool| App {
            id: format!("app_{name}").into(),
            name: name.into(),
            team: None,
            created_at: None,
            release: None,
            maintenance: Known::Is(is_on),
            maintenance_since: None,
            maintenance_by: None,
            facts: Vec::new(),
        };
        let roll_back = Command::RollBack { app: "shop".into(), release: "v1".into() };
        let at = |is_on| {
            let mut prepared = prepared(roll_back.clone(), Vec::new(), None);
            prepared.situation.app = Some(app("shop", is_on));
            prepared
        };
        let stopped = |name: &str| ours(Command::Maintenance { app: name.into(), is_on: true });
        assert_eq!(left(&at(false), &at(true), &[stopped("shop")]), Vec::<String>::new());
        assert_eq!(left(&at(false), &at(true), &[stopped("billing")]).len(), 1);
    }
}
