//! Whether the program acts as whom we read: both are asked who they are, and only where they say the same is anything written.
//! What they print is not documented, so it is compared by an e-mail address or a login that both of them tell.

mod identity;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::identity::Identity;
use super::Program;
use crate::platform::{ReadError, ReadErrorKind};

/// What the two said when they were asked last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stand {
    /// The same account.
    Agreed,
    /// Not the same, or nothing that could be compared; why nothing is written, as a sentence.
    Open(String),
}

/// The agreement of the program with the MCP server, as far as it is known.
pub(in crate::platform::watasu) struct Accord {
    program: Arc<Program>,
    stand: Mutex<Stand>,
    revision: AtomicU64,
}

impl Accord {
    /// Nobody was asked yet, so nothing is written.
    pub(in crate::platform::watasu) fn new(program: Arc<Program>) -> Self {
        let asked = "The program watasu was not asked yet whether it acts for the same account.".to_owned();
        Self { program, stand: Mutex::new(Stand::Open(asked)), revision: AtomicU64::new(0) }
    }

    /// Why nothing can be done through the program for now; `None` where it can.
    pub(in crate::platform::watasu) fn why_not(&self) -> Option<String> {
        match &*self.stand() {
            Stand::Agreed => None,
            Stand::Open(why) => Some(why.clone()),
        }
    }

    /// Grows whenever [`Accord::why_not`] has come to say something else.
    pub(in crate::platform::watasu) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// Asks the program who it is, and compares that with what the MCP server says (`mcp`, its text as it came), which is
    /// read at the same time.
    ///
    /// # Errors
    /// When they don't agree, or it can't be told whether they do; the reason.
    pub(in crate::platform::watasu) async fn compare(
        &self,
        mcp: impl Future<Output = Result<String, ReadError>>,
    ) -> Result<(), ReadError> {
        let (program, mcp) = tokio::join!(self.program.whoami(), mcp);
        let stand = match (&program, &mcp) {
            (_, Err(error)) => Stand::Open(format!(
                "Whether the program watasu acts for the same account can't be told: {}",
                error.message
            )),
            (Err(error), _) => {
                Stand::Open(format!("The program watasu does not say for whom it acts: {}", error.message))
            }
            (Ok(program), Ok(mcp)) => stand_of(&self.program.cleaner.clean(program), &self.program.cleaner.clean(mcp)),
        };
        self.keep(stand.clone());
        match (stand, mcp, program) {
            (Stand::Agreed, _, _) => Ok(()),
            // Whoever can't be reached just now is worth another try.
            (Stand::Open(why), Err(error), _) | (Stand::Open(why), _, Err(error)) => {
                Err(ReadError { message: why, ..error })
            }
            (Stand::Open(why), _, _) => {
                Err(ReadError::new(ReadErrorKind::Refused { status: 409, code: "other_account".into() }, why))
            }
        }
    }

    fn keep(&self, stand: Stand) {
        let mut kept = self.stand();
        if *kept != stand {
            *kept = stand;
            self.revision.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        self.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What two texts come to. Both are cleaned.
fn stand_of(program: &str, mcp: &str) -> Stand {
    let (ours, theirs) = (Identity::of(program), Identity::of(mcp));
    let differ = |ours: &str, theirs: &str| {
        Stand::Open(format!(
            "The program watasu is logged in as {ours}, and what is read here is {theirs}'s: log in as the same with watasu \
             login, or give this profile the other one's token."
        ))
    };
    match (&ours, &theirs) {
        (Identity { email: Some(one), .. }, Identity { email: Some(other), .. })
        | (Identity { login: Some(one), .. }, Identity { login: Some(other), .. }) => {
            if one == other {
                Stand::Agreed
            } else {
                differ(one, other)
            }
        }
        _ => {
            let told =
                |who: &Identity| who.any().map_or_else(|| "nothing that could be compared".to_owned(), str::to_owned);
            Stand::Open(format!(
                "Whether the program watasu acts for the same account can't be told: it tells {}, and the MCP server {}.",
                told(&ours),
                told(&theirs)
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_e_mail_address_or_login_is_agreement() {
        for (program, mcp) in [
            ("alice@example.com\n", r#"{"user":{"id":7,"email":"alice@example.com","name":"Alice"}}"#),
            ("Logged in as alice@example.com", "# You\n\n- **Email:** alice@example.com\n- Teams: acme\n"),
            (r#"{"login":"alice"}"#, r#"{"whoami":{"login":"alice","teams":[{"name":"acme","email":"x@y.zz"}]}}"#),
            ("alice", r#"{"username":"alice"}"#),
        ] {
            assert_eq!(stand_of(program, mcp), Stand::Agreed, "{program} {mcp}");
        }
        for (program, mcp, words) in [
            ("bob@example.com", r#"{"email":"alice@example.com"}"#, ["bob@example.com", "alice@example.com"]),
            ("Logged in as bob", r#"{"login":"alice"}"#, ["bob", "alice"]),
            ("alice", r#"{"email":"alice@example.com"}"#, ["can't be told", "alice@example.com"]),
            ("", r#"{"email":"alice@example.com"}"#, ["can't be told", "nothing that could be compared"]),
            ("a@b.cc and c@d.ee", r#"{"email":"a@b.cc"}"#, ["can't be told", "a@b.cc"]),
            ("Alice@example.com", r#"{"email":"alice@example.com"}"#, ["Alice@", "alice@"]),
        ] {
            let Stand::Open(why) = stand_of(program, mcp) else { panic!("{program} is not {mcp}") };
            assert!(words.iter().all(|word| why.contains(word)), "{why}");
        }
    }
}
