//! `attache addons promote …`: the switch-over.

use serde_json::json;

use crate::model::{Addon, Change, Command, Known, Operation};
use crate::platform::{Platform, ReadErrorKind};
use crate::store;
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, Sending, check_confirmation, report, report_with};
use crate::verbs::{Context, Exit, Failure, find, json as document, output};

pub(super) async fn run(name: &str, from: Option<&str>, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let to = find::addon(reader, name).await?;
    let from = match from {
        Some(from) => find::addon(reader, from).await?,
        None => source_of(&to, reader).await?,
    };
    if from.key.id == to.key.id {
        return Err(Failure::new(Exit::Usage, format!("The apps of {} use it already.", to.name)));
    }
    let moved = match &from.attachments {
        Known::Is(rows) => rows.clone(),
        Known::Unknown(why) => {
            return Err(Failure::new(Exit::Failed, format!("The attachments of {} are unknown: {why}", from.name)));
        }
    };
    if moved.is_empty() {
        return Err(Failure::new(
            Exit::Failed,
            format!("No app uses {0}, so there is nothing to switch over to {1}.", from.name, to.name),
        ));
    }
    for row in &moved {
        let alias = row.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
        output::note(&format!("  moves: {}{alias}, from {} to {}", row.app, from.name, to.name));
    }
    let mut commands = reader.switch_over(&from, &to);
    let command = match (commands.pop(), commands.is_empty()) {
        (Some(command @ Command::MoveAttachments { .. }), true) => command,
        (last, _) => {
            commands.extend(last);
            return one_by_one(&door, commands, &from, &to, write, context).await;
        }
    };
    let (operation, effects) = door.submit_told(context, command, write).await?;
    let notes: Vec<&String> = effects
        .changes
        .iter()
        .filter_map(|change| if let Change::Note(text) = change { Some(text) } else { None })
        .collect();
    let more = [("moved", moved.iter().map(document::attachment).collect()), ("notes", json!(notes))];
    let mut apps: Vec<&str> = moved.iter().map(|row| row.app.as_str()).collect();
    apps.dedup();
    let sentences = [
        format!("{} {} {} now.", apps.join(", "), if apps.len() == 1 { "uses" } else { "use" }, to.name),
        // Watasu's own texts contradict each other on it.
        match effects.changes.iter().any(|change| matches!(change, Change::Irreversible(_))) {
            true => format!("Whether {} stays is not documented: look at it before you rely on it.", from.name),
            false => format!("{} stays as it is, with its data, attached to no app.", from.name),
        },
    ];
    report_with(&operation, write, more, &sentences)
}

/// All of it is looked at and confirmed before the first request leaves; the last one's operation. What was done is seen by
/// the next run, which goes on from there.
pub(super) async fn together(
    door: &Door,
    commands: Vec<Command>,
    to: &str,
    write: &WriteArgs,
    context: &Context,
) -> Result<Option<Operation>, Failure> {
    // The name of the add-on that they end up with confirms every one of them.
    let names = vec![to.to_owned()];
    for prepared in &store::door::prepare_all(&door.connection, Some(&door.journal), commands.clone()).await? {
        check_confirmation(to, &names, prepared, context, write)?;
    }
    let count = commands.len();
    let mut last = None;
    for (number, command) in (1..).zip(commands) {
        let sending = Sending { names: names.clone(), ..Sending::default() };
        last = Some(door.submit_as(context, command, write, sending).await?.0);
        if count > 1 {
            output::note(&format!("  {number} of {count} done."));
        }
    }
    Ok(last)
}

/// Where apps are moved one by one.
async fn one_by_one(
    door: &Door,
    commands: Vec<Command>,
    from: &Addon,
    to: &Addon,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let last = together(door, commands, &to.name, write, context).await?;
    let Some(operation) = last else {
        let message = format!("No app uses {} in a way that can be moved to {}.", from.name, to.name);
        return Err(Failure::new(Exit::Failed, message));
    };
    report(
        &operation,
        write,
        &format!("What used {} uses {} now. {} stays, with its data.", from.name, to.name, from.name),
    )
}

/// The add-on that another one was restored from.
async fn source_of(to: &Addon, reader: &dyn Platform) -> Result<Addon, Failure> {
    let origin = to.restored_from.as_ref().and_then(|origin| Some((origin.addon_id.as_deref()?, &origin.addon)));
    let Some((id, name)) = origin else {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} was not restored from an add-on, so say whose apps are to use it: --from NAME.", to.name),
        ));
    };
    match reader.addon(id).await {
        Ok(fresh) => Ok(fresh.value),
        Err(error) if error.kind == ReadErrorKind::NotFound => Err(Failure::new(
            Exit::Failed,
            format!(
                "{}, which {1} was restored from, is gone, so no app uses it. Give {1} to an app with: attache addons attach {1} --app APP",
                name.as_deref().unwrap_or(id),
                to.name
            ),
        )),
        Err(error) => Err(error.into()),
    }
}
