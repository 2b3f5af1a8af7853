//! What an action of a data service does.

use super::addons::{credential_of, new_password};
use crate::model::{ActionClass, Addon, Change, RunAction};
use crate::platform::Situation;
use crate::platform::heroku::actions;
use crate::platform::v1::effects::attachments::not_read;

pub(super) fn run(run: &RunAction, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(&run.addon)] };
    let Some(action) = actions::of(row).into_iter().find(|action| action.name == run.action) else {
        let why = format!("No action {} of {} is known.", crate::model::printable(&run.action), run.addon);
        return vec![Change::Refused(why)];
    };
    let mut changes: Vec<Change> = action.cannot.clone().map(Change::Refused).into_iter().collect();
    for field in action.fields.iter().filter(|field| field.is_required) {
        if !run.body.as_ref().is_some_and(|body| body.names().contains(&field.name.as_str())) {
            changes.push(Change::Refused(format!("{} needs {}: {}", run.action, field.name, field.told)));
        }
    }
    changes.extend(specific(run, row));
    if changes.iter().all(|change| matches!(change, Change::Refused(_))) {
        changes.push(match action.class {
            ActionClass::Reads => Change::Note("It only reads.".to_owned()),
            ActionClass::Adds => Change::Adds(format!("{}.", action.title)),
            ActionClass::Interrupts => Change::Disturbs(format!("{}.", action.title)),
            ActionClass::Destroys => Change::Irreversible(format!("{}.", action.title)),
        });
    }
    changes
}

fn specific(run: &RunAction, row: &Addon) -> Vec<Change> {
    let name = &row.name;
    let apps = row.apps().join(", ");
    let subject = run.subject.as_deref().unwrap_or("default");
    let credential = Some(subject).filter(|one| *one != "default");
    match run.action.as_str() {
        "reset" => vec![
            Change::LosesData(format!("All tables and data of {name} ({}).", row.service_and_plan())),
            Change::Irreversible(format!("Only a backup brings back what {name} has now; the backups stay.")),
            Change::Disturbs(format!("{apps}: every query fails until there are tables again.")),
        ],
        "unfollow" => vec![
            Change::Irreversible(format!("{name} can't follow again: it becomes a database of its own.")),
            Change::Adds(format!("{name} can be written to.")),
        ],
        "connections/reset" => vec![Change::Disturbs(format!(
            "All connections to {name} are cut ({apps}): what is in a transaction is rolled back. Apps connect again."
        ))],
        "credentials/rotate" => new_password(row, credential),
        "credentials/rotate-all" => {
            let mut named: Vec<Option<&str>> =
                row.attachments.items().iter().map(|one| credential_of(row, one)).collect();
            named.sort_unstable();
            named.dedup();
            if named.is_empty() {
                named.push(None);
            }
            named.into_iter().flat_map(|one| new_password(row, one)).collect()
        }
        "credentials/destroy" => {
            let rows = row.attachments.items().iter().filter(|one| credential_of(row, one) == credential);
            let users: Vec<&str> = rows.map(|one| one.app.as_str()).collect();
            let mut changes = Vec::new();
            if credential.is_none() {
                changes.push(Change::Refused("The default credential can't be destroyed.".to_owned()));
            } else if !users.is_empty() {
                changes.push(Change::Refused(format!(
                    "{} use the credential {subject}: detach it from them first.",
                    users.join(", ")
                )));
            }
            changes.push(Change::Irreversible(format!("Whoever uses {subject} has no way to {name} any more.")));
            changes
        }
        "maintenance/run" => vec![
            Change::Disturbs(format!("{name} is out of service for a while ({apps}), now and not in its window.")),
            Change::Note("Heroku wants the app in maintenance mode for it.".to_owned()),
        ],
        "upgrade" => vec![
            Change::Irreversible(format!("{name} can't go back to the version that it has now.")),
            Change::Disturbs(format!("{name} is out of service while it is upgraded ({apps}).")),
        ],
        "maxmemory-policy" => {
            vec![Change::Disturbs(format!("When {name} is full, it refuses writes or drops keys, as the policy says."))]
        }
        "timeout" => vec![Change::Disturbs(format!("Connections to {name} that idle for longer are cut ({apps})."))],
        _ => Vec::new(),
    }
}
