//! What was rebuilt and what was not, for people.

use std::path::PathBuf;

use super::found::Found;
use super::rebuild::Rebuilt;
use crate::local::db::addons::AddonState;
use crate::local::engine::snapshot;
use crate::model::printable;

/// One line each.
pub(super) fn lines(why: &str, aside: &[PathBuf], found: &Found, rebuilt: &Rebuilt) -> Vec<String> {
    let mut lines = vec![why.to_owned()];
    lines.extend(aside.iter().map(|path| format!("It is kept as {}.", path.display())));
    lines.push(String::new());
    lines.push("Recovered:".to_owned());
    for (name, service, state, reason) in &rebuilt.addons {
        let state = match state {
            AddonState::Ready => "its server is looked for at the next start",
            state => state.word(),
        };
        let reason = reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
        lines.push(format!("  add-on {name} ({service}): {state}{reason}"));
    }
    if rebuilt.addons.is_empty() {
        lines.push("  no add-on".to_owned());
    }
    lines.push(format!("  {}, each read to its end and with the right checksum", count(rebuilt.backups, "backup")));
    if found.snapshot.is_some() {
        let apps = if rebuilt.apps.is_empty() { String::new() } else { format!(" ({})", rebuilt.apps.join(", ")) };
        lines.push(format!(
            "  {}{apps}, {}, {}",
            count(rebuilt.apps.len(), "app"),
            count(rebuilt.attachments, "attachment"),
            count(rebuilt.schedules, "daily backup")
        ));
    }
    lines.push(String::new());
    lines.push("Not recovered:".to_owned());
    lines.push(
        "  what was asked for and not done yet, timelines, older releases, backups that failed or are gone, and answers to Idempotency-Keys"
            .to_owned(),
    );
    if found.snapshot.is_none() {
        lines.push(format!(
            "  apps, attachments and daily backups: there is no good {}. Make the apps and attach the add-ons again.",
            snapshot::FILE
        ));
    }
    lines.extend(rebuilt.lost.iter().map(|sentence| format!("  {sentence}")));
    for left in &found.left {
        lines.push(format!("  {} was left as it is: {}", left.path.display(), left.why));
    }
    lines.push(String::new());
    lines.push("Start the platform with: attache platform up".to_owned());
    lines.iter().map(|line| printable(line)).collect()
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
