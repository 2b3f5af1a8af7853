//! `attache addons promote …`: the switch-over.

use serde_json::json;

use crate::model::{Addon, Change, Command, Known};
use crate::platform::{Platform, ReadErrorKind};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report_with};
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
    let command = Command::MoveAttachments {
        from_id: from.key.id,
        from: from.name.clone(),
        to_id: to.key.id,
        to: to.name.clone(),
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
        format!("{} stays as it is, with its data, attached to no app.", from.name),
    ];
    report_with(&operation, write, more, &sentences)
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
