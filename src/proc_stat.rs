//! What the machine tells of a process, read in one place (`proc_pid_stat(5)`).

/// The fields of a process that anybody here goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcStat {
    /// Whether it has ended, and only waits to be reaped.
    pub(crate) has_ended: bool,
    /// The process that started it; 0 where that is outside of our namespace.
    pub(crate) parent: u32,
    /// Its process group.
    pub(crate) group: u32,
    /// Its session.
    pub(crate) session: u32,
    /// When it began, in ticks since the machine's start, where told.
    pub(crate) began: Option<u64>,
}

impl ProcStat {
    /// Of one process by its number, or `self`; `None` where it is not there or nothing is told.
    pub(crate) fn read(process: impl std::fmt::Display) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// The fields after the name in parentheses, which may itself hold spaces and parentheses: state, parent, group, session,
    /// and as the 20th the time of its beginning.
    fn parse(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let has_ended = matches!(fields.next()?, "Z" | "X");
        let mut number = || fields.next()?.parse().ok();
        let (parent, group, session) = (number()?, number()?, number()?);
        Some(Self { has_ended, parent, group, session, began: fields.nth(15).and_then(|began| began.parse().ok()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_is_no_field() {
        let stat = ProcStat::parse("7 (a) b (c) Z 6 5 4 0 -1").unwrap();
        assert_eq!((stat.has_ended, stat.parent, stat.group, stat.session, stat.began), (true, 6, 5, 4, None));
        assert_eq!(ProcStat::parse("7 (a) S 6 5"), None);
        assert_eq!(ProcStat::parse("7 (a)"), None);
    }

    #[test]
    fn our_own_process_began_at_a_time_that_stays() {
        let stat = ProcStat::read("self").unwrap();
        assert!(!stat.has_ended && stat.began.is_some());
        assert_eq!(ProcStat::read(std::process::id()).unwrap().began, stat.began);
    }
}
