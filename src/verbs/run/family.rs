//! The processes that a command has started, and those have: a restart must leave none of them holding a port.

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// One line of the process table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    pid: i32,
    parent: i32,
    is_zombie: bool,
}

/// Makes us the parent of what our children leave behind, so that it can be found. Where the kernel can't, only direct
/// lines of descent are found.
pub(super) fn adopt_orphans() {
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// The living descendants of ours.
pub(super) fn living() -> Vec<Pid> {
    let me = rustix::process::getpid().as_raw_nonzero().get();
    descendants(me, &table())
        .into_iter()
        .filter(|entry| !entry.is_zombie)
        .filter_map(|entry| Pid::from_raw(entry.pid))
        .collect()
}

/// Sends a signal to all of them. One that is gone meanwhile is no error.
pub(super) fn signal_all(signal: Signal) {
    for pid in living() {
        let _ = kill_process(pid, signal);
    }
}

/// Takes note of the ends of adopted processes, so that they do not stay as zombies. `command` is waited for elsewhere.
pub(super) fn bury_adopted(command: i32) {
    let me = rustix::process::getpid().as_raw_nonzero().get();
    let dead = table().into_iter().filter(|entry| entry.parent == me && entry.is_zombie && entry.pid != command);
    for pid in dead.filter_map(|entry| Pid::from_raw(entry.pid)) {
        let _ = waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

fn descendants(ancestor: i32, table: &[Entry]) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut generation = vec![ancestor];
    while !generation.is_empty() {
        let next: Vec<Entry> = table
            .iter()
            .filter(|entry| generation.contains(&entry.parent) && !found.contains(entry) && entry.pid != ancestor)
            .copied()
            .collect();
        generation = next.iter().map(|entry| entry.pid).collect();
        found.extend(next);
    }
    found
}

fn table() -> Vec<Entry> {
    let Ok(folder) = std::fs::read_dir("/proc") else { return Vec::new() };
    let numbers = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    numbers.filter_map(|pid| parse(pid, &std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)).collect()
}

/// The fields after the name in parentheses, which may itself hold spaces and parentheses: state, parent.
fn parse(pid: i32, stat: &str) -> Option<Entry> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let is_zombie = matches!(fields.next()?, "Z" | "X");
    Some(Entry { pid, parent: fields.next()?.parse().ok()?, is_zombie })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_generations_and_nobody_else() {
        let entry = |pid, parent| Entry { pid, parent, is_zombie: false };
        let table = [entry(1, 0), entry(10, 1), entry(11, 10), entry(12, 11), entry(20, 1), entry(5, 12)];
        let pids: Vec<i32> = descendants(10, &table).iter().map(|entry| entry.pid).collect();
        assert_eq!(pids, [11, 12, 5]);
    }

    #[test]
    fn a_name_with_parentheses_is_no_field() {
        assert_eq!(parse(7, "7 (a) b (c) Z 6 5 4"), Some(Entry { pid: 7, parent: 6, is_zombie: true }));
        assert_eq!(parse(7, "7 (a)"), None);
    }
}
