//! The processes that a command has started, and those have: a restart must leave none of them holding a port.

use crate::proc_stat::ProcStat;
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
    numbers.filter_map(entry).collect()
}

fn entry(pid: i32) -> Option<Entry> {
    let ProcStat { parent, has_ended, .. } = ProcStat::read(pid)?;
    Some(Entry { pid, parent: i32::try_from(parent).ok()?, is_zombie: has_ended })
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
}
