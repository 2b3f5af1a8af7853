//! Stopping for the shell (Ctrl-Z) and going on.

use crate::proc_stat::ProcStat;
use rustix::process::{Signal, kill_current_process_group};

/// Whether stopping makes sense.
///
/// # Errors
/// With a sentence when there is nobody who could continue us.
pub(super) fn check() -> Result<(), String> {
    let nobody = ProcStat::read("self").is_none_or(|me| is_orphaned(&me, ProcStat::read));
    if nobody {
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

/// To whom a process belongs. A number is 0 when that process, group or session is outside our PID namespace (as in a
/// container), which is why these are not rustix's `Pid`: it asserts that there is no 0.
/// Whether no member of our process group has a parent in another group of our session: POSIX's orphaned group, which
/// nobody continues. Our own ancestors are the members that matter. A parent outside our PID namespace is nobody.
fn is_orphaned(me: &ProcStat, kin_of: impl Fn(u32) -> Option<ProcStat>) -> bool {
    let mut member = *me;
    loop {
        let parent = match member.parent {
            0 => None,
            process => kin_of(process),
        };
        match parent {
            Some(parent) if parent.group != 0 && parent.group == me.group => member = parent,
            Some(parent) => return parent.session == 0 || parent.session != me.session,
            None => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn kin(parent: u32, group: u32, session: u32) -> ProcStat {
        ProcStat { has_ended: false, parent, group, session, began: None }
    }

    #[test]
    fn a_shell_of_our_session_can_continue_us() {
        let shell = kin(1, 10, 10);
        assert!(!is_orphaned(&kin(10, 20, 10), |process| (process == 10).then_some(shell)));
    }

    #[test]
    fn a_sudo_in_our_group_is_looked_through() {
        let all = |process| match process {
            20 => Some(kin(10, 20, 10)),
            10 => Some(kin(1, 10, 10)),
            _ => None,
        };
        assert!(!is_orphaned(&kin(20, 20, 10), all));
    }

    #[test]
    fn a_parent_of_another_session_can_not() {
        assert!(is_orphaned(&kin(10, 20, 20), |_| Some(kin(1, 10, 10))));
    }

    #[test]
    fn a_parent_outside_our_namespace_can_not() {
        assert!(is_orphaned(&kin(0, 1, 1), |_| None), "the first process of a container");
        assert!(is_orphaned(&kin(10, 20, 20), |_| Some(kin(1, 0, 0))), "a parent whose group and session are outside");
        assert!(is_orphaned(&kin(10, 0, 0), |_| Some(kin(1, 0, 0))), "and ours are too");
    }
}
