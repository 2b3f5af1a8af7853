//! `attache addons logs …`: the last lines of a server's log, and what comes after them.

use std::time::Duration;

use crate::platform::Platform;
use crate::verbs::{Context, Failure, find, output};

/// How often a log that is followed is read.
const INTERVAL: Duration = Duration::from_millis(500);
/// As many lines as can be had at once.
const MOST: u32 = 1000;

pub(super) async fn run(name: &str, lines: u32, follow: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let addon = find::addon(reader.as_ref(), name).await?;
    if !follow {
        return print(&reader.logs(&addon.key.id, lines).await?);
    }
    tokio::select! {
        ended = go_on(reader.as_ref(), &addon.key.id, lines) => ended,
        // That somebody has seen enough is the way this ends.
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn go_on(reader: &dyn Platform, addon_id: &str, lines: u32) -> Result<(), Failure> {
    let mut known = reader.logs(addon_id, MOST).await?;
    let first = known.len().saturating_sub(lines.try_into().unwrap_or(usize::MAX));
    print(&known[first..])?;
    let mut is_cut_off = false;
    loop {
        tokio::time::sleep(INTERVAL).await;
        let now = match reader.logs(addon_id, MOST).await {
            Ok(now) => now,
            Err(error) if error.kind.is_no_answer() => {
                if !is_cut_off {
                    output::note(&format!("{} Trying again.", error.message));
                }
                is_cut_off = true;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        is_cut_off = false;
        let overlap = overlap(&known, &now);
        if overlap == 0 && !known.is_empty() && !now.is_empty() {
            output::note("Lines may be missing here: the log grew faster than it was read, or was begun anew.");
        }
        print(&now[overlap..])?;
        known = now;
    }
}

/// How many lines at the start of `now` are the end of `known`.
fn overlap(known: &[String], now: &[String]) -> usize {
    let most = known.len().min(now.len());
    (1..=most).rev().find(|count| known[known.len() - count..] == now[..*count]).unwrap_or(0)
}

fn print(lines: &[String]) -> Result<(), Failure> {
    lines.iter().try_for_each(|line| output::line(line))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_is_printed() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(overlap(&lines("abc"), &lines("abcd")), 3);
        assert_eq!(overlap(&lines("abc"), &lines("bcde")), 2);
        assert_eq!(overlap(&lines("abc"), &lines("xyz")), 0);
        assert_eq!(overlap(&lines(""), &lines("xyz")), 0);
        assert_eq!(overlap(&lines("aab"), &lines("aab")), 3);
    }
}
