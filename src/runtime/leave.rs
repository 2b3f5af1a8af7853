//! Leaving: a command that is on its way is waited for, and what became of it is said.

use std::io::Write;
use std::time::Duration;

use super::elsewhere::Elsewhere;
use super::hangup::{HUNG_UP, end_within};
use super::signals::{AFTER_SIGNAL, STUCK, Signal, Signals};
use super::tasks::Tasks;
use crate::model::printable;
use crate::store::SubmitResult;

/// The status after leaving before a command's answer came.
pub(super) const OUTCOME_UNKNOWN: u8 = 5;
/// A write's own limit, and a little more.
const AFTER_QUIT: Duration = Duration::from_secs(35);
/// A process whose terminal is gone is over within two seconds.
const AFTER_HANG_UP: Duration = Duration::from_millis(1_500);

/// Why the loop ended.
pub(super) enum End {
    /// Somebody left.
    Quit,
    /// A signal asked for it.
    Signal(i32),
    /// The terminal is gone.
    HungUp,
    /// A task panicked; it has been told.
    Panicked,
}

impl End {
    /// The status of the process.
    pub(super) fn status(&self) -> u8 {
        match self {
            End::Quit => 0,
            End::Panicked => 101,
            End::HungUp => u8::try_from(HUNG_UP).unwrap_or(u8::MAX),
            End::Signal(number) => u8::try_from(128 + number).unwrap_or(u8::MAX),
        }
    }
}

fn limit(end: &End) -> Duration {
    match end {
        End::Quit | End::Panicked => AFTER_QUIT,
        End::Signal(_) => AFTER_SIGNAL,
        End::HungUp => AFTER_HANG_UP,
    }
}

/// Ends the process even if the rest of leaving gets stuck.
pub(super) fn begin(end: &End) {
    if !matches!(end, End::Signal(_)) {
        end_within(limit(end) + STUCK, i32::from(end.status()));
    }
}

/// Says what goes on without us and what waits for somebody, on the screen of the shell.
pub(super) fn part(lines: &[String], end: &End) {
    if matches!(end, End::Quit | End::Signal(_)) {
        lines.iter().for_each(|line| say(line));
    }
}

/// Says where to look after a panic, which its hook has told.
pub(super) fn tell_of_panic(end: &End) {
    if matches!(end, End::Panicked) {
        say("A part of the program failed, as told above. `attache operations` lists what was sent.");
    }
}

/// Waits for the commands that are on their way, also those of profiles that were left before; whether their answers came.
pub(super) async fn settle(tasks: &mut Tasks, elsewhere: &mut Elsewhere, signals: &mut Signals, end: &End) -> bool {
    let limit = limit(end);
    let is_heard = !matches!(end, End::HungUp);
    let writes = tasks.writes() + elsewhere.writes();
    if writes > 0 && is_heard {
        let what = if writes == 1 { "a command that was sent" } else { "the commands that were sent" };
        say(&format!(
            "Waiting for the platform's answer to {what}, at most {} s. Ctrl-C leaves now, without it.",
            limit.as_secs()
        ));
    }
    tasks.cut_reads();
    elsewhere.cut_reads();
    let ours = async {
        // A panic was told by its hook.
        while let Ok(Some(result)) = tasks.settled().await {
            if is_heard {
                say(&became(&result));
            }
        }
    };
    let theirs = async {
        while let Ok(Some((profile, result))) = elsewhere.settled().await {
            if is_heard {
                say(&format!("Profile {profile}: {}", became(&result)));
            }
        }
    };
    let is_settled = tokio::select! {
        _ = async { tokio::join!(ours, theirs) } => true,
        () = tokio::time::sleep(limit) => false,
        () = asked_again(signals) => false,
    };
    if !is_settled && writes > 0 && is_heard {
        say(
            "Left without the answer: it may or may not have happened. `attache operations` lists it, and the dashboard looks for what became of it when it is opened again.",
        );
    }
    is_settled || writes == 0
}

async fn asked_again(signals: &mut Signals) {
    while !matches!(signals.recv().await, Signal::End(_)) {}
}

fn became(result: &SubmitResult) -> String {
    match result {
        SubmitResult::Operation(operation) => {
            let message = operation.outcome.told().map_or(String::new(), |message| format!(": {message}"));
            format!("{}: {}{message}", operation.command.sentence(), operation.outcome.word())
        }
        SubmitResult::Changed { prepared, .. } => {
            format!("{}: not sent, because its target changed.", prepared.command.sentence())
        }
        SubmitResult::NotSent(reason) => format!("Not sent: {reason}"),
    }
}

fn say(sentence: &str) {
    // Nobody may be listening any more.
    let _ = writeln!(std::io::stderr(), "attache: {}", printable(sentence));
}
