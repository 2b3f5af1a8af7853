//! Whether a process is still the one that it was.

use std::path::Path;

use crate::model::{ChildProcess, DrivenBy};
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
    runs(by.host.as_deref(), by.pid, by.began)
}

/// A process that we have just started, so that it is found again. It may have ended already, and waits to be reaped by us.
pub(in crate::store) fn child(pid: u32, output: &Path) -> ChildProcess {
    let began = ProcStat::read(pid).and_then(|stat| stat.began);
    ChildProcess { pid, began, host: Actor::from_env().host.unwrap_or_default(), output: output.to_owned() }
}

/// Whether a process that was started to carry out a command still runs; `None` where that can't be told from here.
pub(in crate::store) fn is_running(child: &ChildProcess) -> Option<bool> {
    runs(Some(child.host.as_str()).filter(|host| !host.is_empty()), child.pid, child.began)
}

fn runs(host: Option<&str>, pid: u32, process_began: Option<u64>) -> Option<bool> {
    if host != Actor::from_env().host.as_deref() || began(std::process::id()).is_none() {
        return None;
    }
    // Without a time of its beginning the id alone has to do, which may be another process's by now: then it counts as alive.
    let now = began(pid);
    Some(now.is_some() && (process_began.is_none() || now == process_began))
}
