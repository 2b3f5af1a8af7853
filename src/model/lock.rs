//! Why nothing may be written through a profile.

/// What made a profile read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// Its configuration says `read_only = true`. A person may unlock it for a while.
    Configured,
    /// `--read-only` was given: that holds for the whole run.
    Flag,
}

impl ReadOnly {
    /// Where it comes from, to stand behind "read-only: ".
    pub fn source(self) -> &'static str {
        match self {
            ReadOnly::Configured => "its configuration says so",
            ReadOnly::Flag => "--read-only was given for this run",
        }
    }

    /// Why it can't be unlocked, with the way out; `None` where it can.
    pub fn cannot_unlock(self) -> Option<&'static str> {
        match self {
            ReadOnly::Configured => None,
            ReadOnly::Flag => {
                Some("--read-only was given and holds for the whole run: leave, and start again without it to write.")
            }
        }
    }
}
