//! What every write of a verb goes through: read live, say where it goes, ask for the name where one is needed, send once.

mod asked;

use serde_json::{Value, json};

use super::args::WriteArgs;
use super::{Context, Exit, Failure, find, json as document, output, wait};
use crate::model::{Command, Effects, Operation, Outcome};
use crate::platform::Connection;
use crate::store::{Journal, Part, PartOf, Prepared, Radius, Said, SubmitResult, door};

/// How often a target that goes on changing is looked at again.
const LOOKS: usize = 5;

/// A connection that may write, and the journal without which it must not.
pub(super) struct Door {
    pub(super) connection: Connection,
    pub(super) journal: Journal,
}

/// What is special about a command that is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Sending {
    /// The procedure that it belongs to.
    pub(super) part_of: Option<PartOf>,
    /// It goes with a word that was given for all of that.
    pub(super) is_confirmed: bool,
    /// Names that confirm it beside its target's.
    pub(super) names: Vec<String>,
    /// All that it does was told before, together with the rest of the procedure.
    pub(super) is_told: bool,
}

impl Door {
    /// Opens both, or says why nothing can be written.
    pub(super) fn open(context: &Context) -> Result<Self, Failure> {
        context.check_may_write("Nothing was sent.")?;
        let connection = context.connect()?;
        let journal = context.journal()?;
        journal.doubt().iter().for_each(|doubt| output::note(doubt));
        journal.prune(jiff::Timestamp::now())?;
        Ok(Self { connection, journal })
    }

    /// Sends one command, if it is confirmed as far as it has to be. The operation may still be under way.
    pub(super) async fn submit(
        &self,
        context: &Context,
        command: Command,
        write: &WriteArgs,
    ) -> Result<Operation, Failure> {
        Ok(self.submit_told(context, command, write).await?.0)
    }

    /// The same; also gives the effects with which it was sent.
    pub(super) async fn submit_told(
        &self,
        context: &Context,
        command: Command,
        write: &WriteArgs,
    ) -> Result<(Operation, Effects), Failure> {
        self.submit_as(context, command, write, Sending::default()).await
    }

    /// The same, perhaps as a part of a procedure.
    pub(super) async fn submit_as(
        &self,
        context: &Context,
        command: Command,
        write: &WriteArgs,
        sending: Sending,
    ) -> Result<(Operation, Effects), Failure> {
        if let Some(reason) = find::why_not(self.connection.reader.as_ref(), command.verb()).await? {
            return Err(Failure::new(Exit::Failed, reason));
        }
        let prepared = door::prepare(&self.connection, Some(&self.journal), command).await?;
        self.submit_prepared(context, prepared, write, sending).await
    }

    /// Sends what was read up on, if it is confirmed as far as it has to be.
    pub(super) async fn submit_prepared(
        &self,
        context: &Context,
        mut prepared: Prepared,
        write: &WriteArgs,
        sending: Sending,
    ) -> Result<(Operation, Effects), Failure> {
        let target = prepared.command.target().to_owned();
        output::note(&format!("{}: {}", context.destination(), prepared.command.sentence()));
        let is_free = sending.part_of.is_none();
        let mut answered = asked::Answered::default();
        let mut attempt = 0;
        let mut told = None;
        loop {
            attempt += 1;
            if !sending.is_confirmed || prepared.effects.refusal().is_some() {
                check_confirmation(&target, &sending.names, &prepared, context, write)?;
            }
            let effects = prepared.effects.clone();
            let said = lines(&prepared);
            let is_told = attempt == 1 && sending.is_told;
            if !is_told && told.as_ref() != Some(&said) {
                said.iter().for_each(|line| output::note(line));
            }
            told = Some(said);
            let command = prepared.command.clone();
            let name = &context.profile.name;
            let result = match sending.part_of.clone() {
                Some(part_of) => door::submit_part(&self.connection, &self.journal, name, prepared, part_of).await,
                None => door::submit(&self.connection, &self.journal, name, prepared).await,
            };
            match result {
                SubmitResult::Operation(operation) => match operation.asks.clone().filter(|_| is_free) {
                    Some(asks) => {
                        let command = asked::answer(self, asks, &operation, command, write, &mut answered).await?;
                        prepared = door::prepare(&self.connection, Some(&self.journal), command).await?;
                    }
                    None => {
                        let operation = wait::until_seen(self, *operation).await?;
                        return Ok((ended_well(operation)?, effects));
                    }
                },
                SubmitResult::NotSent(message) => return Err(Failure::new(Exit::NotReached, message)),
                // What nobody had to confirm needs no new confirmation: it is looked at again and then sent, for the first time.
                SubmitResult::Changed { what, prepared: again }
                    if attempt < LOOKS
                        && !again.command.is_typed()
                        && !again.effects.needs_typed_name(context.profile.danger) =>
                {
                    what.iter().for_each(|what| output::note(&format!("  Meanwhile: {what}")));
                    prepared = *again;
                }
                SubmitResult::Changed { what, .. } => {
                    return Err(Failure::new(
                        Exit::NotConfirmed,
                        format!(
                            "Nothing was sent, because {target} changed meanwhile: {} Look again and repeat.",
                            what.join(" ")
                        ),
                    ));
                }
            }
        }
    }
}

/// An operation that failed or whose outcome is unknown, as a bad end.
pub(super) fn ended_well(operation: Operation) -> Result<Operation, Failure> {
    let id = &operation.id;
    match &operation.outcome {
        Outcome::Done | Outcome::Accepted => Ok(operation),
        Outcome::Failed { message } => Err(Failure::new(Exit::Failed, message.clone())),
        Outcome::NotSent { message } => Err(Failure::new(Exit::NotReached, message.clone())),
        outcome @ Outcome::Unknown { .. } => Err(Failure::new(
            Exit::OutcomeUnknown,
            format!(
                "{} It was sent once and is not sent again by itself. Look at the add-on before you repeat it; whether it may be sent again says: attache operations send-again {id}",
                outcome.told().unwrap_or_default()
            ),
        )),
        Outcome::Intended => Err(Failure::new(
            Exit::OutcomeUnknown,
            format!(
                "Nothing was recorded after the intent of operation {id}; look at the add-on before you repeat it."
            ),
        )),
    }
}

/// Prints what became of a write: one document, or a sentence.
pub(super) fn report(operation: &Operation, write: &WriteArgs, sentence: &str) -> Result<(), Failure> {
    report_with(operation, write, [], &[sentence.to_owned()])
}

/// The same, with more in the document than the operation, and more lines than one.
pub(super) fn report_with<const N: usize>(
    operation: &Operation,
    write: &WriteArgs,
    more: [(&str, Value); N],
    sentences: &[String],
) -> Result<(), Failure> {
    if write.json {
        let mut body = json!({"operation": document::operation(operation)});
        for (name, value) in more {
            body[name] = value;
        }
        output::json(&body)?;
    } else {
        sentences.iter().try_for_each(|sentence| output::line(sentence))?;
    }
    Ok(())
}

pub(super) fn check_confirmation(
    target: &str,
    names: &[String],
    prepared: &Prepared,
    context: &Context,
    write: &WriteArgs,
) -> Result<(), Failure> {
    let effects = &prepared.effects;
    // Nobody is asked to confirm what would be refused.
    if let Some(why) = effects.refusal() {
        return Err(Failure::new(Exit::Failed, format!("Nothing was sent: {why}")));
    }
    let is_needed = effects.needs_typed_name(context.profile.danger) || prepared.command.is_typed();
    let given = write.confirm.as_deref().unwrap_or_default();
    // The word that the platform may ask for is judged by the platform alone.
    let may_be_its_word = !is_needed && prepared.command.confirmed_with("").is_some();
    match given {
        given if given.iter().any(|typed| typed == target || names.contains(typed)) => Ok(()),
        given if !is_needed && (given.is_empty() || may_be_its_word) => Ok(()),
        given => {
            for line in Radius::of(std::slice::from_ref(prepared)).text(|_, _| true) {
                output::note(&format!("  {line}"));
            }
            let why = match given.first() {
                Some(typed) => format!("--confirm says {typed:?}, and the target is {target:?}"),
                None => "it has to be confirmed by name".to_owned(),
            };
            Err(Failure::new(
                Exit::NotConfirmed,
                format!("Nothing was sent: {why}. To do it, add: --confirm {}", crate::model::shell_quote(target)),
            ))
        }
    }
}

/// What is said of a write before it is sent.
pub(super) fn lines(prepared: &Prepared) -> Vec<String> {
    let said = Radius::of(std::slice::from_ref(prepared)).text(is_worth_it);
    said.into_iter().map(|line| format!("  {line}")).collect()
}

/// What is told of a write that is sent: all that somebody would be asked to confirm, but for the request, which is made now.
fn is_worth_it(part: Part, _said: &Said) -> bool {
    part != Part::Request
}
