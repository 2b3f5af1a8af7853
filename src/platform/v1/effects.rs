//! What a command does on this platform. Pure: told from what was read just before.

use crate::model::{
    Addon, AppEffect, Attachment, Capability, Change, Command, ConfigVarName, CreateAddon, Effects, Known, State,
    VariableValue, Verb, variable_name,
};
use crate::platform::Situation;

/// Why data that goes is gone.
const NO_BACKUPS: &str =
    "No backup is kept: this version of the local platform makes none, so what is deleted can't be brought back.";

/// Whether the platform has a verb: all of them. What a single add-on can't do, it says itself ([`Addon::cannot`]).
pub(super) fn capability(_verb: Verb) -> Capability {
    Capability::Can
}

/// All that a command does.
pub(super) fn effects(command: &Command, situation: &Situation) -> Effects {
    let changes = match command {
        Command::CreateAddon(create) => create_addon(create, situation),
        Command::Attach { addon, app, alias, .. } => attach(addon, app, alias.as_deref(), situation),
        Command::Detach { attachment_id, addon, app, .. } => detach(attachment_id, addon, app, situation),
        Command::DestroyAddon { addon, .. } => destroy_addon(addon, situation),
        Command::CreateApp { app, team } => {
            let team = team.as_ref().map_or(String::new(), |team| format!(" of team {team}"));
            vec![Change::Adds(format!("App {app}{team}, with no config vars."))]
        }
        Command::DestroyApp { app } => destroy_app(app, situation),
        _ => vec![Change::Unknown("What this does is not told yet.".to_owned())],
    };
    Effects { changes }
}

fn create_addon(create: &CreateAddon, situation: &Situation) -> Vec<Change> {
    let CreateAddon { name, team, service, plan, app, alias } = create;
    let owner = team.as_ref().map_or(String::new(), |team| format!(", owned by team {team}"));
    let mut changes = vec![Change::Adds(format!("Add-on {name} ({service}:{plan}){owner}."))];
    if let Some(app) = app {
        changes.push(release(app, &with_alias("attached when it is ready", alias.as_deref())));
        changes.extend(gained(app, name, alias.as_deref(), &situation.service_config_vars, situation));
        if situation.service_config_vars.is_empty() {
            changes.push(Change::Unknown(format!("Which variables {app} gets is not known.")));
        }
    }
    changes
}

fn attach(addon: &str, app: &str, alias: Option<&str>, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let when = if row.state.is_ready() { "attached at once" } else { "attached when it is ready" };
    let mut changes = vec![release(app, &with_alias(when, alias))];
    match &row.config_vars {
        Known::Is(bare) => changes.extend(gained(app, &row.name, alias, bare, situation)),
        Known::Unknown(why) => {
            changes.push(Change::Unknown(format!("Which variables {app} gets is not known: {why}.")))
        }
    }
    if matches!(row.state, State::Failed | State::Deprovisioning) {
        changes.push(Change::Note(format!("{addon} is {}: it may never give {app} anything.", row.state.word())));
    }
    changes
}

fn detach(attachment_id: &str, addon: &str, app: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let attachments = match &row.attachments {
        Known::Is(attachments) => attachments,
        Known::Unknown(why) => return vec![Change::Unknown(format!("What {app} has of {addon} is not known: {why}."))],
    };
    match attachments.iter().find(|attachment| attachment.id.as_deref() == Some(attachment_id)) {
        Some(attachment) => {
            let mut changes = lost(row, attachment, situation);
            changes.push(Change::Note(format!("{addon} itself stays, with its data.")));
            changes
        }
        None => vec![Change::Unknown(format!("{addon} has no such attachment to {app} any more."))],
    }
}

fn destroy_addon(addon: &str, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.addon else { return vec![not_read(addon)] };
    let mut changes = vec![Change::LosesData(format!("All data of {} ({}).", row.name, row.service_and_plan()))];
    match &row.attachments {
        Known::Is(attachments) => changes.extend(attachments.iter().flat_map(|one| lost(row, one, situation))),
        Known::Unknown(why) => changes.push(Change::Unknown(format!("Which apps lose it is not known: {why}."))),
    }
    changes.push(Change::Irreversible(NO_BACKUPS.to_owned()));
    changes
}

fn destroy_app(app: &str, situation: &Situation) -> Vec<Change> {
    let mut changes = vec![];
    match variables_of(app, situation) {
        Some(variables) => {
            let own = variables.iter().filter(|variable| variable.addon.is_none()).count();
            let mut addons: Vec<&str> = variables.iter().filter_map(|variable| variable.addon.as_deref()).collect();
            addons.sort_unstable();
            addons.dedup();
            changes.push(Change::LosesData(format!("App {app} with its releases and {own} config vars of its own.")));
            changes.extend(addons.into_iter().map(|addon| {
                Change::Note(format!("{addon} is no longer attached to it. The add-on itself stays, with its data."))
            }));
        }
        None => changes.push(Change::LosesData(format!("App {app} with its releases and its config vars."))),
    }
    changes.push(Change::Irreversible("An app that is deleted can't be brought back.".to_owned()));
    changes
}

/// The variables that an app gets.
fn gained(app: &str, addon: &str, alias: Option<&str>, bare: &[String], situation: &Situation) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut taken, mut sources) = (Vec::new(), Vec::new());
    for name in bare.iter().map(|bare| variable_name(alias, bare)) {
        let before = value(app, &name, situation);
        let source = match &before {
            VariableValue::Own => Some("its own settings"),
            // Its own already: the platform knows best how to say that it is attached twice.
            VariableValue::From(other) if other == addon => None,
            VariableValue::From(other) => Some(other.as_str()),
            VariableValue::Absent | VariableValue::Unknown => None,
        };
        if let Some(source) = source {
            taken.push(name.clone());
            if !sources.iter().any(|known| known == source) {
                sources.push(source.to_owned());
            }
        }
        let after = VariableValue::From(addon.to_owned());
        changes.push(Change::Variable { app: app.to_owned(), name, before, after });
    }
    if !taken.is_empty() {
        changes.push(Change::Refused(format!(
            "{app} has {} already (from {}), so the local platform refuses this. Choose an alias that sets the variables apart, such as --as REPORTING.",
            taken.join(", "),
            sources.join(", ")
        )));
    }
    changes
}

/// What an app loses with one attachment.
fn lost(addon: &Addon, attachment: &Attachment, situation: &Situation) -> Vec<Change> {
    let app = attachment.app.as_str();
    let detail = with_alias("detached", attachment.alias.as_deref());
    let names = match &attachment.config_vars {
        Known::Is(names) => names,
        Known::Unknown(why) => {
            return vec![
                release(app, &detail),
                Change::Unknown(format!("Which variables {app} loses is not known: {why}.")),
            ];
        }
    };
    // Before the add-on was ready for the first time the app has none of them, and loses nothing.
    let present = |name: &&String| match variables_of(app, situation) {
        Some(_) => value(app, name, situation) == VariableValue::From(addon.name.clone()),
        None => true,
    };
    let present: Vec<&String> = names.iter().filter(present).collect();
    if present.is_empty() {
        return vec![Change::Note(format!("{app}: {detail}. It has no variable of it yet, so it is not released."))];
    }
    let mut changes = vec![release(app, &detail)];
    changes.extend(present.into_iter().map(|name| Change::Variable {
        app: app.to_owned(),
        name: name.clone(),
        before: VariableValue::From(addon.name.clone()),
        after: VariableValue::Absent,
    }));
    changes
}

fn release(app: &str, detail: &str) -> Change {
    Change::App { app: app.to_owned(), effect: AppEffect::Release, detail: detail.to_owned() }
}

fn with_alias(what: &str, alias: Option<&str>) -> String {
    alias.map_or_else(|| what.to_owned(), |alias| format!("{what} as {alias}"))
}

fn not_read(addon: &str) -> Change {
    Change::Unknown(format!("{addon} was not read, so what this does is not known."))
}

fn variables_of<'a>(app: &str, situation: &'a Situation) -> Option<&'a [ConfigVarName]> {
    situation.variables.iter().find(|(name, _)| name == app).map(|(_, variables)| variables.as_slice())
}

fn value(app: &str, name: &str, situation: &Situation) -> VariableValue {
    match variables_of(app, situation) {
        None => VariableValue::Unknown,
        Some(variables) => match variables.iter().find(|variable| variable.name == name) {
            None => VariableValue::Absent,
            Some(ConfigVarName { addon: None, .. }) => VariableValue::Own,
            Some(ConfigVarName { addon: Some(addon), .. }) => VariableValue::From(addon.clone()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AddonKey, Health, Owner, ProfileName, Risk};

    fn attachment(id: &str, app: &str, alias: Option<&str>) -> Attachment {
        Attachment {
            id: Some(id.into()),
            alias: alias.map(str::to_owned),
            addon: "orders".into(),
            app: app.into(),
            primary: None,
            owner_row: false,
            config_vars: Known::Is(vec![variable_name(alias, "DATABASE_URL")]),
            created_at: None,
        }
    }

    fn situation(variables: &[(&str, &str, Option<&str>)], attachments: Known<Vec<Attachment>>) -> Situation {
        let mut apps: Vec<(String, Vec<ConfigVarName>)> = vec![("shop".into(), vec![]), ("jobs".into(), vec![])];
        for (app, name, addon) in variables {
            let names = &mut apps.iter_mut().find(|(name, _)| name == app).unwrap().1;
            names.push(ConfigVarName { name: (*name).into(), addon: addon.map(str::to_owned) });
        }
        let addon = Addon {
            key: AddonKey { profile: ProfileName("local".into()), id: "add_1".into() },
            name: "orders".into(),
            team: None,
            owner: Owner::Team("sandbox".into()),
            service: "postgresql".into(),
            plan: Some("small".into()),
            state: State::Ready,
            state_word: "ready".into(),
            state_reason: None,
            health: Health::Ok,
            created_at: None,
            updated_at: None,
            config_vars: Known::Is(vec!["DATABASE_URL".into()]),
            attachments,
            endpoint: None,
            cannot: Vec::new(),
            restored_from: None,
            last_backup: Known::Unknown("the platform does not tell".to_owned()),
            work: None,
        };
        Situation { addon: Some(addon), variables: apps, ..Situation::default() }
    }

    fn attach_to_shop(alias: Option<&str>) -> Command {
        let (addon_id, addon) = ("add_1".to_owned(), "orders".to_owned());
        Command::Attach { addon_id, addon, app: "shop".into(), alias: alias.map(str::to_owned) }
    }

    fn destroy() -> Command {
        Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() }
    }

    #[test]
    fn attaching_shows_what_is_taken_over_and_the_way_round_it() {
        let situation = situation(&[("shop", "DATABASE_URL", Some("old"))], Known::Is(vec![]));
        let plain = effects(&attach_to_shop(None), &situation);
        assert_eq!(plain.risk(), Risk::Destroys);
        assert!(plain.changes.iter().any(|change| matches!(change, Change::Refused(why) if why.contains("alias"))));
        assert_eq!(effects(&attach_to_shop(Some("NEW")), &situation).risk(), Risk::Interrupts);
    }

    #[test]
    fn an_app_whose_variables_cannot_be_read_is_not_taken_for_one_without_any() {
        let mut situation = situation(&[], Known::Is(vec![]));
        situation.variables.clear();
        assert_eq!(effects(&attach_to_shop(None), &situation).risk(), Risk::Destroys);
    }

    #[test]
    fn destroying_names_every_app_and_variable_and_that_nothing_brings_it_back() {
        let variables =
            [("shop", "DATABASE_URL", Some("orders")), ("jobs", "R_DATABASE_URL", Some("orders")), ("jobs", "A", None)];
        let rows = vec![attachment("1", "shop", None), attachment("2", "jobs", Some("R"))];
        let told = effects(&destroy(), &situation(&variables, Known::Is(rows)));
        assert_eq!(told.apps(), ["shop", "jobs"]);
        let lost = |change: &&Change| matches!(change, Change::Variable { after: VariableValue::Absent, .. });
        assert_eq!(told.changes.iter().filter(lost).count(), 2);
        assert!(matches!(&told.changes[0], Change::LosesData(what) if what.contains("orders (postgresql:small)")));
        assert!(matches!(told.changes.last(), Some(Change::Irreversible(why)) if why.contains("backup")));
    }

    #[test]
    fn what_is_not_known_is_the_worst() {
        let unknown = Known::Unknown("not told".to_owned());
        let command = Command::Detach {
            attachment_id: "1".into(),
            addon_id: "add_1".into(),
            addon: "orders".into(),
            app: "shop".into(),
            alias: None,
        };
        assert_eq!(effects(&command, &situation(&[], unknown)).risk(), Risk::Destroys);
        assert_eq!(effects(&command, &Situation::default()).risk(), Risk::Destroys);
        assert_eq!(effects(&attach_to_shop(None), &Situation::default()).risk(), Risk::Destroys);
    }

    #[test]
    fn an_app_that_never_got_a_variable_loses_none_and_is_not_released() {
        let rows = Known::Is(vec![attachment("1", "shop", None)]);
        assert!(effects(&destroy(), &situation(&[], rows)).apps().is_empty());
    }

    #[test]
    fn an_app_is_destroyed_by_its_typed_name_and_its_add_ons_stay() {
        let situation = situation(&[("shop", "A", None), ("shop", "B", Some("orders"))], Known::Is(vec![]));
        let told = effects(&Command::DestroyApp { app: "shop".into() }, &situation);
        assert_eq!(told.risk(), Risk::Destroys);
        assert!(told.changes.iter().any(|one| matches!(one, Change::Note(what) if what.contains("orders"))));
    }
}
