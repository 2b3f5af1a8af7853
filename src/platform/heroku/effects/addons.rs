//! What is done to an add-on itself: its end, its plan, its name, its password.

use super::attachments::{cost, lost};
use super::cannot;
use crate::model::{Addon, Attachment, Backups, Change, Known, Naming, Owner, Verb};
use crate::platform::Situation;
use crate::platform::heroku::map::CREDENTIAL;
use crate::platform::heroku::services::Kind;
use crate::platform::v1::effects::attachments::{not_read, release, with_alias};
use crate::platform::v1::effects::daily;

pub(super) fn destroy(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let kind = Kind::of(&row.service, row.plan.as_deref());
    let mut changes = vec![Change::LosesData(format!("All data of {} ({}).", row.name, row.service_and_plan()))];
    match &row.attachments {
        Known::Is(rows) => {
            changes.extend(rows.iter().flat_map(|one| lost(row, one)));
            let mut others: Vec<&str> = row.apps();
            others.retain(|app| row.owner != Owner::App((*app).into()));
            if !others.is_empty() {
                changes.push(Change::Note(format!(
                    "Heroku refuses this while other apps have it attached ({}): it is detached from them first.",
                    others.join(", ")
                )));
            }
        }
        Known::Unknown(why) => changes.push(Change::Unknown(format!("Which apps lose it is not known: {why}."))),
    }
    if let Some(followers) = row.fact("followers").filter(|count| *count != "none") {
        changes.push(Change::Unknown(format!("It is followed ({followers}); what becomes of that is not documented.")));
    }
    match kind {
        Kind::Postgres => changes.extend(backups_left(row, situation.backups.as_ref())),
        Kind::KeyValue | Kind::AdvancedPostgres | Kind::OtherOfHeroku => {
            changes.push(Change::Irreversible("What is deleted can't be brought back from here.".to_owned()));
        }
        Kind::Other => {
            changes.push(Change::Irreversible(
                "Its provider deletes it; whether there is a copy, only they know.".to_owned(),
            ));
        }
    }
    changes.push(Change::Note(
        "It may take a while: Heroku says deprovisioning, and then knows it no more. It is not billed from now on."
            .to_owned(),
    ));
    changes
}

/// Whether backups outlive their database is told nowhere, so they are not counted on.
fn backups_left(row: &Addon, backups: Option<&Backups>) -> Vec<Change> {
    let name = &row.name;
    let mut changes = Vec::new();
    match backups.map(|backups| (backups.last_finished(), backups)) {
        Some((Some(last), backups)) => {
            changes.push(Change::LosesWrites {
                addon: name.to_string(),
                since: last.started_at,
                why: format!("not in {}, its last finished backup", last.id),
            });
            let count = backups.list.iter().filter(|one| one.is_finished()).count();
            changes.push(Change::Unknown(format!(
                "Whether its {count} backups stay when it is gone is not documented: download {} first.",
                last.id
            )));
        }
        Some((None, _)) => changes.push(Change::Irreversible(format!(
            "There is no finished backup that is known to be of {name}: what is deleted can't be brought back."
        ))),
        None => {
            changes.push(Change::Irreversible(format!("Whether there is a backup of {name} is not known.")));
        }
    }
    let schedule = backups.and_then(|backups| backups.policy.as_ref()?.schedule.as_ref());
    changes.extend(schedule.map(|schedule| Change::Note(format!("It was backed up {}; that ends.", daily(schedule)))));
    changes
}

pub(super) fn change_plan(addon: &str, plan: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::ChangePlan).into_iter().collect();
    if row.plan.as_deref() == Some(plan) {
        changes.push(Change::Refused(format!("{addon} is on {} already.", row.service_and_plan())));
        return changes;
    }
    let service = &row.service;
    changes.push(Change::Adds(format!("{addon} has the plan {service}:{plan} from then on.")));
    changes.push(cost(situation));
    changes.push(Change::Note(match &row.price {
        Known::Is(price) => {
            let (whole, rest) = (price.cents_per_month / 100, price.cents_per_month % 100);
            format!("Until now it costs {whole}.{rest:02} {} a month.", price.currency)
        }
        Known::Unknown(why) => format!("What it costs until now is not known: {why}."),
    }));
    changes.extend(row.apps().into_iter().map(|app| release(app, &format!("{addon} changes its plan"))));
    changes.push(Change::Disturbs(format!(
        "{addon} may be out of service while it changes; for how long, and what the plan allows less, Heroku does not tell."
    )));
    changes.push(Change::Note(
        "Not every service can change every plan into every other: Heroku says so when it is asked.".to_owned(),
    ));
    changes
}

pub(super) fn rename(addon: &str, name: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Rename).into_iter().collect();
    changes.extend(Naming::Heroku.check_addon(name).err().map(Change::Refused));
    changes.push(Change::Adds(format!("{addon} is called {name} from now on.")));
    changes.push(Change::Note("The names and variables of its attachments stay, so no app gets a release.".to_owned()));
    changes.push(Change::Note(format!("Scripts and people that call it {addon} must call it {name}.")));
    changes
}

pub(super) fn rotate(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes: Vec<Change> = cannot(row, Verb::Rotate).into_iter().collect();
    changes.extend(new_password(row, None));
    changes
}

/// What another password of a credential does; without a name the default one's.
pub(super) fn new_password(row: &Addon, credential: Option<&str>) -> Vec<Change> {
    let addon = &row.name;
    let mut changes = Vec::new();
    match &row.attachments {
        Known::Is(rows) => {
            let uses = |one: &&Attachment| credential_of(row, one) == credential;
            changes.extend(
                rows.iter()
                    .filter(uses)
                    .map(|one| release(&one.app, &with_alias("new password in its variables", one.alias.as_deref()))),
            );
        }
        Known::Unknown(why) => changes.push(Change::Unknown(format!("Which apps use it is not known: {why}."))),
    }
    let which = credential.map_or_else(|| "the default credential".to_owned(), |name| format!("the credential {name}"));
    changes.push(Change::Disturbs(format!(
        "Connections to {addon} with {which} are cut, and its old password is refused from then on."
    )));
    changes.push(Change::Note(
        "Whoever uses the password besides these apps (scripts, people, followers) needs the new one.".to_owned(),
    ));
    changes
}

/// The credential that an attachment uses, where it is not the default one. A pool has that of its database.
pub(super) fn credential_of<'a>(row: &'a Addon, attachment: &Attachment) -> Option<&'a str> {
    let name = format!("{CREDENTIAL}{}::{}", attachment.app, attachment.alias.as_deref().unwrap_or_default());
    row.fact(&name).filter(|credential| !credential.starts_with("connection-pooling:") && *credential != "default")
}
