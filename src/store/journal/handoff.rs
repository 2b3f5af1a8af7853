//! Handing an operation or a procedure over to another account or machine, as text. What the text says is no proof and may
//! come from anybody: it says what to look for, and what came of it the platform has to show. It never holds a secret.

mod checks;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64_simd::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::checks::check_course;
use super::courses::driven;
use super::record::now;
use super::{Actor, Entry, Intent, Journal, JournalError, KEPT, Plan, Record, RecordKind, bad_id, is_id};
use crate::model::{
    Act, Command, Course, Mark, Marked, OperationId, Outcome, Procedure, ProfileName, StepState, printable, shell_line,
};

const VERSION: &str = "attache-1:";
/// The longest line that is made: what terminals and chats hand on whole.
const LONGEST: usize = 4096;
/// What the text may be unpacked to at most, in bytes.
const UNPACKED: usize = 64 * 1024;
/// How long a word of it may be, in characters.
const WORD: usize = 1024;
const CHECKSUM: usize = 8;
/// By how much the clocks of two machines may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Letter {
    by: String,
    platform: String,
    endpoint: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Operation(Handed),
    Procedure(HandedCourse),
}

/// An operation that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Handed {
    id: OperationId,
    at: Timestamp,
    sent: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// With it the platform can be asked what it answered. It opens nothing.
    key: String,
    read: Timestamp,
    command: Command,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct HandedCourse {
    id: OperationId,
    at: Timestamp,
    begun_by: String,
    #[serde(flatten)]
    procedure: Procedure,
    marks: Vec<Marked>,
    operations: Vec<Handed>,
}

/// What was adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The operation or the procedure.
    pub id: OperationId,
    /// Whether it is a procedure.
    pub is_course: bool,
    /// Whether it was not in the journal before.
    pub is_new: bool,
    /// Who handed it over, in words.
    pub handed_by: String,
}

/// The line that hands an operation or a procedure over, quoted for a shell.
///
/// # Errors
/// Why there is nothing to hand over, as a sentence.
pub fn hand_off(journal: &Journal, id: &OperationId) -> Result<String, JournalError> {
    let by = Actor::from_env().words();
    let letter = match journal.get(id)? {
        Some(entry) => {
            let Intent { platform, endpoint, .. } = entry.intent.clone();
            Letter { by, platform, endpoint, what: What::Operation(handed(&entry)?) }
        }
        None => {
            let course = journal.course(id)?;
            let course = course.ok_or_else(|| JournalError(format!("There is no operation {id} in the journal.")))?;
            let platform = journal.platform_of(id)?;
            let endpoint = course.endpoint.clone();
            Letter { by, platform, endpoint, what: What::Procedure(handed_course(journal, &course)?) }
        }
    };
    let line = shell_line(["attache", "operations", "resume", &write(&letter)?]);
    match line.len() {
        length if length > LONGEST => Err(JournalError(format!(
            "It is too long to be handed over as a line ({length} bytes). Go on with it on this machine."
        ))),
        _ => Ok(line),
    }
}

fn handed(entry: &Entry) -> Result<Handed, JournalError> {
    let Entry { intent, operation, .. } = entry;
    let over = |why: &str| Err(JournalError(format!("There is nothing to hand over: {why}.")));
    match &operation.outcome {
        Outcome::Intended | Outcome::Accepted | Outcome::Unknown { .. } => {}
        outcome => return over(&format!("operation {} is {}", intent.id, outcome.word())),
    }
    if matches!(intent.command, Command::UploadBackup { .. }) {
        return over("the file that is uploaded is on this machine");
    }
    let Some(sent) = entry.sent_at() else { return over("it was not sent") };
    Ok(to_hand(intent, sent))
}

fn to_hand(intent: &Intent, sent: Timestamp) -> Handed {
    Handed {
        id: intent.id.clone(),
        at: intent.at,
        sent,
        account: intent.account.clone(),
        key: intent.idempotency_key.clone(),
        read: intent.read_at,
        command: intent.command.clone(),
    }
}

fn handed_course(journal: &Journal, course: &Course) -> Result<HandedCourse, JournalError> {
    if course.end.is_some() {
        return Err(JournalError("There is nothing to hand over: the procedure is over.".into()));
    }
    let mut handed = HandedCourse {
        id: course.id.clone(),
        at: course.started_at,
        begun_by: course.begun_by.clone(),
        procedure: course.procedure.clone(),
        marks: Vec::new(),
        operations: Vec::new(),
    };
    for (index, (step, status)) in course.procedure.steps.iter().zip(&course.steps).enumerate() {
        let at = status.at.or(status.began_at).unwrap_or(course.started_at);
        let mut tell = |mark| handed.marks.push(Marked { at, mark });
        let planned = usize::from(matches!(step.act, Act::Send { .. }));
        let mut rest = &status.parts[planned.min(status.parts.len())..];
        while let Some(first) = rest.first() {
            let (is_back, apps) = (first.is_back, status.apps.clone());
            let count = rest.iter().take_while(|part| part.is_back == is_back).count();
            let commands = rest[..count].iter().map(|part| part.command.clone()).collect();
            tell(Mark::Bound { step: index, commands, apps, is_back });
            rest = &rest[count..];
        }
        for (part, known) in status.parts.iter().enumerate() {
            if known.state == StepState::Skipped {
                tell(Mark::PartSkipped { step: index, part });
                continue;
            }
            // What was not sent, or was refused, is begun anew by whoever goes on, once they have confirmed it.
            let Some(operation) = known.operation.as_ref() else { continue };
            if matches!(operation.outcome, Outcome::Failed { .. } | Outcome::NotSent { .. }) {
                continue;
            }
            let entry = journal.get(&operation.id)?.and_then(|entry| Some((entry.sent_at()?, entry)));
            if let Some((sent, entry)) = entry {
                handed.operations.push(to_hand(&entry.intent, sent));
                tell(Mark::Begun { step: index, part, operation: operation.id.clone() });
            }
        }
        match (&status.state, &step.act) {
            (StepState::Skipped, _) => tell(Mark::Skipped { step: index }),
            // What a person saw or did is told; what the platform can show, it has to.
            (StepState::Done(message), Act::Person { .. } | Act::Check | Act::CleanUp | Act::Download { .. }) => {
                let message = message.clone();
                tell(Mark::Done { step: index, message });
            }
            _ => {}
        }
    }
    Ok(handed)
}

/// Takes in what was handed over, once, as something that was begun elsewhere. Nothing is sent.
///
/// # Errors
/// When the text is no good, or about another platform than `platform` at `endpoint`; a sentence.
pub fn adopt(
    journal: &Journal,
    profile: &ProfileName,
    platform: &str,
    endpoint: &str,
    text: &str,
) -> Result<Adopted, JournalError> {
    let letter = read(text)?;
    if letter.platform != platform || letter.endpoint != endpoint {
        return Err(JournalError(format!(
            "It was begun at {} ({}), and profile {profile} leads to {endpoint} ({platform}), where nothing of it would be \
             seen. Name the profile that leads there.",
            letter.endpoint, letter.platform
        )));
    }
    let handed_by = letter.by;
    match letter.what {
        What::Operation(handed) => {
            check(&handed)?;
            let id = handed.id.clone();
            let is_new = journal.adopt_operation(profile, platform, endpoint, handed, &handed_by)?;
            Ok(Adopted { id, is_course: false, is_new, handed_by })
        }
        What::Procedure(handed) => {
            let id = handed.id.clone();
            let is_new = journal.adopt_course(profile, platform, endpoint, handed, &handed_by)?;
            Ok(Adopted { id, is_course: true, is_new, handed_by })
        }
    }
}

impl Journal {
    /// Whether it was not there before.
    fn adopt_operation(
        &self,
        profile: &ProfileName,
        platform: &str,
        endpoint: &str,
        handed: Handed,
        handed_by: &str,
    ) -> Result<bool, JournalError> {
        let Handed { id, at, sent, account, key, read, command } = handed;
        if let Some(known) = self.get(&id)? {
            return if known.intent.command == command && known.intent.endpoint == endpoint {
                Ok(false)
            } else {
                Err(JournalError(format!("The journal has another operation {id}, so this one was not adopted.")))
            };
        }
        let path = self.path(&id).ok_or_else(|| bad_id(&id))?;
        let intent = Intent {
            id,
            at,
            actor: Actor { user: handed_by.to_owned(), ..Actor::default() },
            profile: profile.clone(),
            platform: platform.to_owned(),
            endpoint: endpoint.to_owned(),
            account,
            target: command.target().to_owned(),
            command,
            idempotency_key: key,
            read_at: read,
            reason: None,
            before: None,
        };
        let adopted = RecordKind::Adopted { actor: Actor::from_env(), handed_by: handed_by.to_owned() };
        // From our clock's view nothing was sent later than now.
        let sent = Record { at: sent.min(now()), kind: RecordKind::Sent };
        let mut lines = line(&intent)?;
        lines.extend(line(&sent)?);
        lines.extend(line(&Record { at: now(), kind: adopted })?);
        self.create(&path, &lines)
    }

    fn adopt_course(
        &self,
        profile: &ProfileName,
        platform: &str,
        endpoint: &str,
        handed: HandedCourse,
        handed_by: &str,
    ) -> Result<bool, JournalError> {
        let HandedCourse { id, at, begun_by, procedure, mut marks, operations } = handed;
        check_times(&id, at, at)?;
        operations.iter().try_for_each(check)?;
        if let Some(known) = self.course(&id)? {
            return if known.procedure == procedure && known.endpoint == endpoint {
                Ok(false)
            } else {
                Err(JournalError(format!("The journal has another procedure {id}, so this one was not adopted.")))
            };
        }
        check_course(&procedure, &marks, &operations)?;
        // A file of the other machine is of no use here, and where one is written here nobody else decides.
        for (step, planned) in procedure.steps.iter().enumerate() {
            let is_told = |marked: &Marked| matches!(marked.mark, Mark::Done { step: one, .. } | Mark::Skipped { step: one } if one == step);
            if matches!(planned.act, Act::Download { .. }) && !marks.iter().any(is_told) {
                marks.push(Marked { at: now(), mark: Mark::Skipped { step } });
            }
        }
        for operation in operations {
            self.adopt_operation(profile, platform, endpoint, operation, handed_by)?;
        }
        let path = self.course_path(&id)?;
        let plan = Plan {
            id,
            at,
            actor: Actor { user: begun_by, ..Actor::default() },
            profile: profile.clone(),
            platform: platform.to_owned(),
            endpoint: endpoint.to_owned(),
            account: None,
            procedure,
        };
        let mut lines = line(&plan)?;
        for marked in &marks {
            lines.extend(line(marked)?);
        }
        lines.extend(line(&Marked { at: now(), mark: Mark::Driven(driven()) })?);
        self.create(&path, &lines)
    }

    /// Writes a whole new file and puts it on disk; false if it is there already.
    fn create(&self, path: &Path, lines: &[u8]) -> Result<bool, JournalError> {
        let written = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
            file.lock()?;
            file.write_all(lines)?;
            file.sync_all()?;
            File::open(self.dir())?.sync_all()
        });
        match written {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(JournalError(format!("{} could not be written: {error}.", path.display()))),
        }
    }

    /// The platform's name in the plan of a procedure.
    fn platform_of(&self, id: &OperationId) -> Result<String, JournalError> {
        let path = self.course_path(id)?;
        let bytes = std::fs::read(&path).map_err(|error| super::unreadable(&path, &error))?;
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let plan: Plan = serde_json::from_slice(first)
            .map_err(|_| JournalError(format!("The plan in {} is not whole.", path.display())))?;
        Ok(plan.platform)
    }
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, JournalError> {
    let mut bytes = serde_json::to_vec(value).map_err(|error| JournalError(format!("It is no JSON: {error}.")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write(letter: &Letter) -> Result<String, JournalError> {
    let json = serde_json::to_vec(letter).map_err(|error| JournalError(format!("It is no JSON: {error}.")))?;
    let packed = miniz_oxide::deflate::compress_to_vec(&json, 9);
    let mut bytes = Sha256::digest(&packed)[..CHECKSUM].to_vec();
    bytes.extend(packed);
    Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode_to_string(bytes)))
}

/// Understands what was pasted: the text alone, or the whole line, also broken over several.
fn read(pasted: &str) -> Result<Letter, JournalError> {
    let torn = || {
        JournalError(
            "What was pasted is not whole, or was changed on its way: its checksum is wrong. Copy it again, from \
             \"attache-1:\" to its end."
                .into(),
        )
    };
    let Some(at) = pasted.rfind("attache-") else {
        return Err(JournalError(
            "This is no hand-off: it does not hold \"attache-1:\". H in the operations copies one.".into(),
        ));
    };
    let text: String = pasted[at..].chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '"')).collect();
    let Some(text) = text.strip_prefix(VERSION) else {
        return Err(JournalError(
            "This hand-off is of another version of attaché: use the newer of the two on both sides.".into(),
        ));
    };
    let bytes = URL_SAFE_NO_PAD.decode_to_vec(text).map_err(|_| torn())?;
    let (checksum, packed) = bytes.split_at_checked(CHECKSUM).ok_or_else(torn)?;
    if Sha256::digest(packed)[..CHECKSUM] != *checksum {
        return Err(torn());
    }
    let no_good = |why: &str| JournalError(format!("This hand-off is no good: {why}. Nothing was adopted."));
    let json = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, UNPACKED)
        .map_err(|_| no_good("it can't be unpacked"))?;
    let value: Value = serde_json::from_slice(&json).map_err(|_| no_good("it is no JSON"))?;
    if !is_plain(&value) {
        return Err(no_good("it holds characters that could steer a terminal, or words that are too long"));
    }
    serde_json::from_value(value).map_err(|_| no_good("it does not say what was begun"))
}

fn is_plain(value: &Value) -> bool {
    let is_word = |text: &str| text.chars().count() <= WORD && printable(text) == text;
    match value {
        Value::String(text) => is_word(text),
        Value::Array(list) => list.iter().all(is_plain),
        Value::Object(fields) => fields.iter().all(|(name, value)| is_word(name) && is_plain(value)),
        _ => true,
    }
}

fn check(handed: &Handed) -> Result<(), JournalError> {
    if matches!(handed.command, Command::UploadBackup { .. }) {
        return Err(JournalError("An upload can't be adopted: its file is on another machine.".into()));
    }
    check_times(&handed.id, handed.at, handed.sent)
}

fn check_times(id: &OperationId, at: Timestamp, sent: Timestamp) -> Result<(), JournalError> {
    if !is_id(id.as_str()) {
        return Err(bad_id(id));
    }
    let now = now();
    // What seems to be sent later than it was is not looked for where it happened.
    if at > now + SKEW || sent > now + SKEW {
        return Err(JournalError(format!(
            "Operation {id} was begun at {sent:.0}, which is still to come by this machine's clock ({now:.0}). Set the clock \
             right: what happened is told by times."
        )));
    }
    if sent < at - SKEW || at < now - KEPT {
        return Err(JournalError(format!("The times of operation {id} can't be: it was not adopted.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
