//! What commands do on the platform in memory, and what it offers.

use attache::model::*;
use attache::store::JournalChanges;

use super::fake::{Fake, POSTGRES_VARS};

pub(super) fn changes(command: &Command, addon: Option<&Addon>) -> Vec<Change> {
    let touch = |app: &str, alias: Option<&str>, addon: &str, comes: bool| {
        let release = Change::App { app: app.into(), effect: AppEffect::Release, detail: String::new() };
        let variables = POSTGRES_VARS.iter().map(|bare| {
            let (absent, from) = (VariableValue::Absent, VariableValue::From(addon.into()));
            let (before, after) = if comes { (absent, from) } else { (from, absent) };
            Change::Variable { app: app.into(), name: variable_name(alias, bare), before, after }
        });
        std::iter::once(release).chain(variables).collect::<Vec<_>>()
    };
    match command {
        Command::CreateAddon(create) => {
            let mut all = vec![Change::Adds(format!("A new {} add-on.", create.service))];
            if let Some(app) = &create.app {
                all.extend(touch(app, create.alias.as_deref(), &create.name, true));
            }
            all
        }
        Command::Attach { addon, app, alias, .. } => touch(app, alias.as_deref(), addon, true),
        Command::Detach { addon, app, alias, .. } => touch(app, alias.as_deref(), addon, false),
        Command::DestroyAddon { addon: name, .. } => {
            let attachments = addon.map_or(&[][..], |addon| addon.attachments.items());
            let mut all: Vec<Change> =
                attachments.iter().flat_map(|one| touch(&one.app, one.alias.as_deref(), name, false)).collect();
            all.push(Change::LosesData("All of its data.".into()));
            all
        }
        Command::CreateApp { .. } => vec![Change::Adds("A new app.".into())],
        Command::DestroyApp { .. } => vec![Change::LosesData("The app.".into())],
        Command::Restore(restore) => {
            vec![Change::Adds(format!("A new add-on {} from {}.", restore.name, restore.backup_id))]
        }
        Command::Maintenance { app, is_on } => {
            let effect = if *is_on { AppEffect::Stop } else { AppEffect::Start };
            vec![Change::App { app: app.clone(), effect, detail: String::new() }]
        }
        Command::RollBack { app, .. } | Command::Redeploy { app, .. } => {
            vec![Change::App { app: app.clone(), effect: AppEffect::Release, detail: String::new() }]
        }
        Command::BackUp { .. } => vec![Change::Adds("A new backup.".into())],
        Command::DeleteBackup { .. } => vec![Change::LosesData("The copy is deleted.".into())],
        Command::MoveAttachments { from, to, .. } => {
            let of = VariableValue::From;
            vec![
                Change::App { app: "storefront".into(), effect: AppEffect::Release, detail: String::new() },
                Change::Variable {
                    app: "storefront".into(),
                    name: "DATABASE_URL".into(),
                    before: of(from.clone()),
                    after: of(to.clone()),
                },
            ]
        }
        Command::ChangePlan { .. } | Command::Restart { .. } | Command::Rotate { .. } | Command::Sleep { .. } => {
            vec![Change::Disturbs("Connections are cut.".into())]
        }
        // As an adapter would that forgot to say that the data is gone.
        Command::RestoreInto { addon, .. } => vec![Change::Adds(format!("A backup in {addon}."))],
        Command::CancelBackup { .. } | Command::RunAction(_) | Command::MakePrimary { .. } => Vec::new(),
        Command::Rename { .. }
        | Command::ScheduleBackups { .. }
        | Command::AutoBackups { .. }
        | Command::Wake { .. }
        | Command::UploadBackup { .. } => {
            vec![Change::Note("Nothing else changes.".into())]
        }
    }
}

pub(super) fn catalog() -> Catalog {
    let plan = |name: &str, is_default| Plan {
        name: name.into(),
        summary: String::new(),
        is_default,
        price: Known::Is(Price { cents_per_month: 0, currency: "USD".into() }),
        limits: Vec::new(),
    };
    let service = |name: &str, unavailable: Option<&str>| Service {
        name: name.into(),
        summary: String::new(),
        unavailable: unavailable.map(str::to_owned),
        program: None,
        config_vars: Known::Is(POSTGRES_VARS.map(Text::from).to_vec()),
        backups: Known::Is(Capability::Can),
        backup_format: None,
        plans: vec![plan("tiny", false), plan("small", true)],
        are_plans_unread: false,
    };
    Catalog { services: vec![service("postgresql", None), service("valkey", Some("No valkey-server was found."))] }
}

/// How an operation stands when it is looked at.
pub(super) fn follow(fake: &Fake, mut operation: Operation) -> Operation {
    let addon = fake.addons.iter().find(|addon| Some(addon.key.id.as_str()) == operation.addon_id.as_deref());
    match (&operation.command, addon) {
        (Command::DestroyAddon { .. }, None) => operation.outcome = Outcome::Done,
        _ if matches!(operation.outcome, Outcome::Unknown { .. }) => {
            let judged = Judgement::after(
                operation.outcome.judged(),
                Verdict::NotSeen,
                "nothing was there; it may still come.".into(),
                fake.now,
            );
            operation.outcome = Outcome::Unknown { message: "The connection was cut.".into(), judged: Some(judged) };
        }
        (Command::BackUp { .. }, _) => {
            let made = fake.backups.iter().find(|backup| Some(&backup.id) == operation.backup_id.as_ref());
            if made.is_some_and(Backup::is_finished) {
                operation.outcome = Outcome::Done;
            }
        }
        (Command::CreateAddon(_) | Command::Restore(_), Some(addon)) if addon.state == State::Ready => {
            operation.outcome = Outcome::Done;
        }
        (Command::Restore(_), None) => {
            operation.outcome = Outcome::Failed { message: "The data of b1 could not be loaded.".into() };
        }
        (Command::CreateAddon(_), Some(addon)) if addon.state == State::Failed => {
            let message = addon.state_reason.clone().unwrap_or_default();
            operation.outcome = Outcome::Failed { message: message.to_string() };
        }
        _ => {}
    }
    operation
}

/// What is new in the journal: in the real one, where there is one.
pub(super) fn look(fake: &mut Fake) -> Result<JournalChanges, String> {
    match &mut fake.watch {
        Some(watch) => watch.look(fake.now).map_err(|error| error.to_string()),
        None => {
            let nothing = JournalChanges { is_whole: true, ..JournalChanges::default() };
            Ok(std::mem::replace(&mut fake.journal, nothing))
        }
    }
}
