//! Stopping for the shell (Ctrl-Z) and going on.

use rustix::process::{Pid, Signal, getpgid, getpgrp, getpid, getppid, getsid, kill_current_process_group};

/// Whether stopping makes sense.
///
/// # Errors
/// With a sentence when there is nobody who could continue us.
pub(super) fn check() -> Result<(), String> {
    if is_orphaned() {
        return Err(
            "Can't be suspended: no job-control shell started this program, so nothing could continue it.".into()
        );
    }
    Ok(())
}

/// Stops our whole process group, so that a `sudo` or a script around us stops too. The terminal must have been given back
/// before. We are stopped at some moment soon after this returns at the latest; SIGCONT tells that we run again.
///
/// # Errors
/// When the system refuses.
pub(super) fn stop() -> rustix::io::Result<()> {
    kill_current_process_group(Signal::STOP)
}

/// Whether no member of our process group has a parent in another group of our session: POSIX's orphaned group, which
/// nobody continues. Our own ancestors are the members that matter.
fn is_orphaned() -> bool {
    let group = getpgrp();
    let mut member = getpid();
    loop {
        let Some(parent) = parent_of(member) else { return true };
        match (getpgid(Some(parent)), getsid(Some(parent))) {
            (Ok(theirs), _) if theirs == group => member = parent,
            (Ok(_), Ok(session)) => return Ok(session) != getsid(None),
            _ => return true,
        }
    }
}

fn parent_of(process: Pid) -> Option<Pid> {
    if process == getpid() {
        return getppid();
    }
    // The fields after the name in parentheses, which may itself hold spaces and parentheses: state, parent.
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
    let fields = stat.rsplit_once(')')?.1;
    Pid::from_raw(fields.split_whitespace().nth(1)?.parse().ok()?)
}
