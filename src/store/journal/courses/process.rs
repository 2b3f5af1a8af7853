//! Whether a process is still the one that it was.

use crate::model::DrivenBy;
use crate::store::Actor;

/// When a process began, in ticks since the machine's start; `None` where it is not there, has ended and waits to be reaped,
/// or can't be told.
pub(super) fn began(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The fields after the name in parentheses, which may itself hold spaces and parentheses: the first is how it stands, the
    // 20th when it began.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// Whether a driver is alive; `None` where that can't be told from here: it is on another machine, or this one tells nothing
/// of its processes.
pub(super) fn is_alive(by: &DrivenBy) -> Option<bool> {
    if by.host != Actor::from_env().host || began(std::process::id()).is_none() {
        return None;
    }
    // Without a time of its beginning the id alone has to do, which may be another process's by now: then it counts as alive.
    let now = began(by.pid);
    Some(now.is_some() && (by.began.is_none() || now == by.began))
}
