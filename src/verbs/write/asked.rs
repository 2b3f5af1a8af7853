//! What a platform asks of a person before it does something: a word, or the code of a second factor. Nothing has happened
//! then; what is sent afterwards is a new command with a journal line of its own.

use secrecy::SecretString;

use super::Door;
use crate::model::{Asks, Command, Operation, shell_quote};
use crate::verbs::args::WriteArgs;
use crate::verbs::{Exit, Failure, output, secret};

/// The variable with the code of a second factor, for those who have no terminal.
const CODE: &str = "ATTACHE_TWO_FACTOR_CODE";

/// What was answered already: nothing is answered twice.
#[derive(Default)]
pub(super) struct Answered {
    has_code: bool,
    has_word: bool,
}

/// Answers what the platform asks, as far as that was said beforehand or somebody can be asked; the command to be sent then.
pub(super) async fn answer(
    door: &Door,
    asks: Asks,
    operation: &Operation,
    command: Command,
    write: &WriteArgs,
    answered: &mut Answered,
) -> Result<Command, Failure> {
    let said = operation.outcome.message().unwrap_or("The platform gave no reason.");
    match asks {
        Asks::Confirmation { word } => {
            let unconfirmed = |what: &str| Failure::new(Exit::NotConfirmed, format!("Nothing happened: {said} {what}"));
            if answered.has_word {
                return Err(unconfirmed("It was confirmed, and the platform asks for it again."));
            }
            answered.has_word = true;
            if !write.is_confirmed_by(&word) {
                let quoted = shell_quote(&word);
                let others: Vec<String> =
                    write.confirm.iter().flatten().map(|name| format!("--confirm {} ", shell_quote(name))).collect();
                return Err(unconfirmed(&format!("To do it all the same, add: {}--confirm {quoted}", others.concat())));
            }
            output::note(&format!("  The platform asks for a confirmation: {said} Confirmed with {word}."));
            command
                .confirmed_with(&word)
                .ok_or_else(|| unconfirmed("There is no way to give the platform that word with this command."))
        }
        Asks::SecondFactor { app } => {
            let refused = |what: &str| Failure::new(Exit::NotConfirmed, format!("Nothing happened: {said} {what}"));
            if answered.has_code {
                return Err(refused("A code was given, and the platform asks for one again."));
            }
            answered.has_code = true;
            let for_what = app.as_ref().map_or(String::new(), |app| format!(" for {app}"));
            let code = match std::env::var(CODE).ok().filter(|code| !code.trim().is_empty()) {
                Some(code) => Some(SecretString::from(code.trim().to_owned())),
                None => secret::ask(&format!("Code of the second factor{for_what}"))?,
            };
            let Some(code) = code else {
                return Err(refused(&format!(
                    "It asks for the code of a second factor{for_what}. Run this in a terminal, or set {CODE}."
                )));
            };
            let Some(writer) = &door.connection.writer else { return Err(refused("The profile is read-only.")) };
            writer.authorize(code, app.as_deref()).await.map_err(|error| refused(&error.to_string()))?;
            Ok(command)
        }
    }
}
