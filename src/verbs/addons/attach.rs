//! `attache addons attach …` and `detach …`

use crate::model::{Attachment, Command, Known, Text};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find};

pub(super) async fn attach(
    name: &str,
    app: String,
    alias: Option<String>,
    credential: Option<String>,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    if let Some(alias) = &alias {
        find::naming(context).check_alias(alias).map_err(|message| Failure::new(Exit::Usage, message))?;
    }
    let door = Door::open(context)?;
    let addon = find::addon(door.connection.reader.as_ref(), name).await?;
    let sentence = format!("{} is attached to {app}{}.", addon.name, as_alias(alias.as_deref()));
    let command = Command::Attach {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app,
        alias,
        credential,
        confirm: None,
    };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}

fn as_alias(alias: Option<&str>) -> String {
    alias.map_or(String::new(), |alias| format!(" as {alias}"))
}

pub(super) async fn detach(
    name: &str,
    app: String,
    alias: Option<String>,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let addon = find::addon(door.connection.reader.as_ref(), name).await?;
    let rows = match &addon.attachments {
        Known::Is(rows) => rows,
        Known::Unknown(why) => {
            return Err(Failure::new(Exit::Failed, format!("The attachments of {name} are unknown: {why}")));
        }
    };
    let on_app: Vec<&Attachment> = rows.iter().filter(|row| row.app == app).collect();
    let chosen = match (on_app.as_slice(), &alias) {
        ([], _) => return Err(not_attached(name, &app, rows)),
        ([only], None) => *only,
        (several, Some(alias)) => several
            .iter()
            .find(|row| row.alias.as_deref() == Some(alias.as_str()))
            .ok_or_else(|| not_attached(name, &format!("{app} as {alias}"), rows))?,
        (several, None) => match several.iter().find(|row| row.alias.is_none()) {
            Some(bare) => *bare,
            None => {
                let aliases: Vec<&str> = several.iter().filter_map(|row| row.alias.as_deref()).collect();
                return Err(Failure::new(
                    Exit::Usage,
                    format!(
                        "{name} is attached to {app} several times ({}). Say which with --as ALIAS.",
                        aliases.join(", ")
                    ),
                ));
            }
        },
    };
    let attachment_id = id_of(chosen, name)?;
    let alias = chosen.alias.clone();
    let sentence = format!("{name} is detached from {app}{}.", as_alias(alias.as_deref()));
    let command = Command::Detach {
        attachment_id,
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app,
        alias: alias.map(Into::into),
    };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}

/// Names what there is, which is the way out of a misspelling.
fn not_attached(name: &str, wanted: &str, rows: &[Attachment]) -> Failure {
    let known: Vec<String> = rows.iter().map(|row| format!("{}{}", row.app, as_alias(row.alias.as_deref()))).collect();
    let known = if known.is_empty() { "no app".to_owned() } else { known.join(", ") };
    Failure::new(Exit::Failed, format!("{name} is not attached to {wanted}; it is attached to {known}."))
}

/// What the platform calls the attachment that is taken away.
fn id_of(chosen: &Attachment, addon: &str) -> Result<String, Failure> {
    let app = &chosen.app;
    let why = if chosen.owner_row {
        format!(
            "{app} owns {addon}: the owner's own attachment can't be detached. Destroy {addon}, or make another add-on of its service the primary of {app}: attache addons promote"
        )
    } else {
        format!("the platform tells no id for the attachment of {addon} to {app}.")
    };
    chosen
        .id
        .as_ref()
        .map(Text::to_string)
        .filter(|_| !chosen.owner_row)
        .ok_or_else(|| Failure::new(Exit::Failed, format!("Nothing was sent: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_of_the_owner_is_no_attachment_to_be_taken_away() {
        let mut row = Attachment {
            id: None,
            alias: None,
            addon: "orders".into(),
            app: "shop-dev".into(),
            primary: Some(true),
            owner_row: true,
            config_vars: Known::Is(Vec::new()),
            created_at: None,
        };
        let why = id_of(&row, "orders").unwrap_err().message;
        assert!(why.contains("shop-dev owns orders") && why.contains("promote"), "{why}");
        row.owner_row = false;
        assert!(id_of(&row, "orders").unwrap_err().message.contains("no id"));
        row.id = Some("att_1".into());
        assert_eq!(id_of(&row, "orders").ok().as_deref(), Some("att_1"));
    }
}
