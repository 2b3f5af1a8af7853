//! Whether a process is still the one that it was.

use crate::model::DrivenBy;
use crate::proc_stat::ProcStat;
use crate::store::Actor;

/// When a process began, in ticks since the machine's start; `None` where it is not there, has ended and waits to be reaped,
/// or can't be told.
pub(super) fn began(pid: u32) -> Option<u64> {
    ProcStat::read(pid).filter(|stat| !stat.has_ended)?.began
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
