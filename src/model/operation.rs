//! One command on its way, as the journal has it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Asks, Before, ChildProcess, Command, OperationId, ProfileName};

/// How an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The intent is on disk; whether the request left is not known to this record.
    Intended,
    /// The platform acknowledged it and goes on with it.
    Accepted,
    /// It reached its end.
    Done,
    /// The platform refused it or it failed; why.
    Failed {
        /// A sentence.
        message: String,
    },
    /// Nothing was sent; why.
    NotSent {
        /// A sentence.
        message: String,
    },
    /// It may or may not have happened; what is known.
    Unknown {
        /// A sentence: how it came that nobody knows.
        message: String,
        /// What was found when it was looked into; `None` before the first healthy look.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        judged: Option<Judgement>,
    },
}

/// What looking into an unknown outcome came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It happened.
    Happened,
    /// The platform shows nothing of it. That is not *did not happen*: the request may still be on its way.
    NotSeen,
    /// The platform shows something that may be ours or somebody else's, or nothing by which it could be told.
    CantTell,
}

impl Verdict {
    /// The words for tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Happened => "happened",
            Verdict::NotSeen => "not seen",
            Verdict::CantTell => "can't tell",
        }
    }
}

/// A verdict with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What was seen at the last look, as a sentence.
    pub words: String,
    /// When it was looked last.
    pub at: Timestamp,
    /// How many healthy looks in a row came to this verdict. A look that failed is none, and breaks no row.
    pub looks: u32,
    /// When the first of them was.
    pub since: Timestamp,
}

impl Judgement {
    /// The judgement after one more healthy look.
    pub fn after(before: Option<&Self>, verdict: Verdict, words: String, at: Timestamp) -> Self {
        match before {
            Some(before) if before.verdict == verdict => {
                Self { verdict, words, at, looks: before.looks.saturating_add(1), since: before.since }
            }
            _ => Self { verdict, words, at, looks: 1, since: at },
        }
    }

    /// Whether the platform was looked at often and long enough without seeing it, to send it again as a new command.
    pub fn is_long_unseen(&self) -> bool {
        self.verdict == Verdict::NotSeen
            && self.looks >= LOOKS_BEFORE_ANEW
            && self.at.duration_since(self.since) >= TIME_BEFORE_ANEW
    }

    /// Verdict and evidence in words: "Not seen in 5 healthy reads since 03:31:02Z: …".
    pub fn sentence(&self) -> String {
        let Self { verdict, words, at, looks, since } = self;
        let time = |at: &Timestamp| at.strftime("%H:%M:%SZ").to_string();
        match verdict {
            Verdict::Happened => format!("Happened: {words}"),
            Verdict::NotSeen if *looks == 1 => format!("Not seen at {}: {words}", time(at)),
            Verdict::NotSeen => format!("Not seen in {looks} healthy reads since {}: {words}", time(since)),
            Verdict::CantTell => format!("Can't tell at {}: {words}", time(at)),
        }
    }
}

/// How often it must not have been seen, in a row, before it may be sent again as a new command.
pub const LOOKS_BEFORE_ANEW: u32 = 3;
/// And for how long.
pub const TIME_BEFORE_ANEW: SignedDuration = SignedDuration::from_mins(2);
/// A request whose key the platform is about to forget is not sent again: two clocks are compared.
const KEY_MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// In which way an operation of unknown outcome may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// With its own key: the platform does it at most once, however often it comes.
    WithItsKey,
    /// As a new command: if the first request still comes, it happens twice.
    Anew,
}

impl Outcome {
    /// An unknown outcome that was not looked into yet.
    pub fn unknown(message: impl Into<String>) -> Self {
        Outcome::Unknown { message: message.into(), judged: None }
    }

    /// What looking into an unknown outcome came to.
    pub fn judged(&self) -> Option<&Judgement> {
        match self {
            Outcome::Unknown { judged, .. } => judged.as_ref(),
            _ => None,
        }
    }

    /// All that is known of a bad or unknown outcome: its sentence, and the verdict with its evidence.
    pub fn told(&self) -> Option<String> {
        let message = self.message()?;
        Some(self.judged().map_or_else(|| message.to_owned(), |judged| format!("{message} {}", judged.sentence())))
    }

    /// Whether nothing more is expected.
    pub fn is_end(&self) -> bool {
        !matches!(self, Outcome::Intended | Outcome::Accepted)
    }

    /// The one word for tables and JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Intended => "intended",
            Outcome::Accepted => "running",
            Outcome::Done => "done",
            Outcome::Failed { .. } => "failed",
            Outcome::NotSent { .. } => "not sent",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    /// The sentence that goes with it, if any.
    pub fn message(&self) -> Option<&str> {
        match self {
            Outcome::Failed { message } | Outcome::NotSent { message } | Outcome::Unknown { message, .. } => {
                Some(message)
            }
            _ => None,
        }
    }
}

/// One command on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its identity, and its journal file's name.
    pub id: OperationId,
    /// The profile it was sent through.
    pub profile: ProfileName,
    /// What was intended.
    pub command: Command,
    /// When the intent was written.
    pub started_at: Timestamp,
    /// When the last line was written.
    pub updated_at: Timestamp,
    /// How it stands.
    pub outcome: Outcome,
    /// The platform's id of what was made, once told.
    pub addon_id: Option<String>,
    /// The platform's own id of what it goes on with, once told.
    #[serde(default)]
    pub work_id: Option<String>,
    /// The backup that was asked for, once told.
    #[serde(default)]
    pub backup_id: Option<String>,
    /// Whether a person took note that its outcome is not known. It stays unknown.
    #[serde(default)]
    pub is_noted: bool,
    /// What was there right before it was sent, where its way back depends on that and it was recorded.
    #[serde(default)]
    pub before: Option<Before>,
    /// What the platform wants of a person before it does this, where it refused it for that: nothing happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// The program that carries it out for us, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<ChildProcess>,
}

impl Operation {
    /// Whether it may still go on, or nobody knows what became of it.
    pub fn is_open(&self) -> bool {
        !self.outcome.is_end() || self.is_unsettled()
    }

    /// Whether its outcome is unknown and nobody has taken note of that yet.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.outcome, Outcome::Unknown { .. }) && !self.is_noted
    }

    /// Whether, and how, it may be sent again at `now`, on a platform that keeps idempotency keys for `keeps_keys`.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn again(&self, keeps_keys: Option<SignedDuration>, now: Timestamp) -> Result<Again, String> {
        let Outcome::Unknown { judged, .. } = &self.outcome else {
            return Err(format!("Its outcome is known: {}.", self.outcome.word()));
        };
        let age = now.duration_since(self.started_at);
        if keeps_keys.is_some_and(|kept| age < kept - KEY_MARGIN) {
            return Ok(Again::WithItsKey);
        }
        if judged.as_ref().is_some_and(Judgement::is_long_unseen) {
            return Ok(Again::Anew);
        }
        let beyond = if keeps_keys.is_some() { "The platform may have forgotten its key by now. " } else { "" };
        let found = match judged {
            None => "It was not looked into yet.".to_owned(),
            Some(judged) => judged.sentence(),
        };
        Err(format!(
            "{beyond}A new command is offered once {LOOKS_BEFORE_ANEW} healthy reads over at least {} minutes have not seen it. {found}",
            TIME_BEFORE_ANEW.as_mins()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Option<SignedDuration> = Some(SignedDuration::from_hours(7 * 24));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + seconds).unwrap()
    }

    fn looked(verdicts: &[(Verdict, i64)]) -> Option<Judgement> {
        verdicts.iter().fold(None, |before: Option<Judgement>, (verdict, seconds)| {
            Some(Judgement::after(before.as_ref(), *verdict, "nothing was there.".into(), at(*seconds)))
        })
    }

    fn operation(judged: Option<Judgement>) -> Operation {
        Operation {
            id: OperationId::new(at(0), 7),
            profile: ProfileName("local".into()),
            command: Command::DestroyApp { app: "shop".into() },
            started_at: at(0),
            updated_at: at(0),
            outcome: Outcome::Unknown { message: "The connection was cut.".into(), judged },
            addon_id: None,
            work_id: None,
            backup_id: None,
            is_noted: false,
            before: None,
            asks: None,
            child: None,
        }
    }

    #[test]
    fn a_row_of_the_same_verdicts_is_counted_and_another_one_breaks_it() {
        use Verdict::{CantTell, NotSeen};
        let row = looked(&[(NotSeen, 1), (NotSeen, 9), (NotSeen, 20)]).unwrap();
        assert_eq!((row.looks, row.since, row.at), (3, at(1), at(20)));
        assert!(row.sentence().starts_with("Not seen in 3 healthy reads since "), "{}", row.sentence());
        let broken = looked(&[(NotSeen, 1), (CantTell, 9), (NotSeen, 20)]).unwrap();
        assert_eq!((broken.looks, broken.since), (1, at(20)));
    }

    #[test]
    fn a_new_command_is_offered_only_after_several_looks_over_two_minutes_that_saw_nothing() {
        use Verdict::{CantTell, NotSeen};
        let anew = |verdicts: &[(Verdict, i64)]| operation(looked(verdicts)).again(None, at(900));
        assert_eq!(anew(&[(NotSeen, 0), (NotSeen, 60), (NotSeen, 120)]), Ok(Again::Anew));
        for too_little in [
            &[][..],
            &[(NotSeen, 0), (NotSeen, 200)],
            &[(NotSeen, 0), (NotSeen, 60), (NotSeen, 119)],
            &[(NotSeen, 0), (CantTell, 60), (NotSeen, 80), (NotSeen, 120), (NotSeen, 199)],
            &[(CantTell, 0), (CantTell, 60), (CantTell, 120), (CantTell, 300)],
        ] {
            let why = anew(too_little).unwrap_err();
            assert!(why.contains("3 healthy reads over at least 2 minutes"), "{too_little:?}: {why}");
        }
    }

    #[test]
    fn the_key_is_sent_again_only_while_it_is_kept_and_the_outcome_unknown() {
        let unseen = operation(None);
        assert_eq!(unseen.again(KEPT, at(1)), Ok(Again::WithItsKey));
        assert_eq!(unseen.again(KEPT, at(6 * 86_400)), Ok(Again::WithItsKey));
        for too_late in [7 * 86_400 - 3_600, 7 * 86_400, 70 * 86_400] {
            let why = unseen.again(KEPT, at(too_late)).unwrap_err();
            assert!(why.contains("may have forgotten its key"), "{why}");
        }
        for outcome in [Outcome::Accepted, Outcome::Done, Outcome::Intended, Outcome::Failed { message: "No.".into() }]
        {
            let known = Operation { outcome, ..operation(None) };
            assert!(known.again(KEPT, at(1)).unwrap_err().contains("is known"), "{known:?}");
        }
    }
}
