//! `attache backups auto …`

use crate::model::{Capability, Command, Verb};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find, output};

/// Sets it on or off. Where the platform says that it is so already, nothing is sent: it may only be able to toggle.
pub(super) async fn run(name: &str, is_on: bool, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    if let Capability::Cannot(why) = reader.capability(Verb::AutoBackups) {
        return Err(Failure::new(Exit::Failed, why));
    }
    let addon = find::addon(reader, name).await?;
    if let Some(why) = addon.cannot(Verb::AutoBackups) {
        return Err(Failure::new(Exit::Failed, why.to_owned()));
    }
    let word = if is_on { "on" } else { "off" };
    let known = reader.backups(&addon.key.id).await?.policy.and_then(|policy| policy.is_automatic);
    if known == Some(is_on) {
        let sentence = format!("The automatic backups of {} are {word} already; nothing was sent.", addon.name);
        if write.json {
            let body = serde_json::json!({"addon": addon.name, "automatic": is_on, "operation": null});
            return Ok(output::json(&body)?);
        }
        return Ok(output::line(&sentence)?);
    }
    let sentence = format!("The automatic backups of {} are {word}.", addon.name);
    let command = Command::AutoBackups { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), is_on };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}
