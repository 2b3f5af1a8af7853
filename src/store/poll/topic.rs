//! What can be asked.

/// A question, without what changes from asking to asking.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// The list of add-ons; it is also the probe while the platform can't be reached.
    Addons,
    /// How the add-ons of one app stand, where the list does not tell that.
    States(String),
    /// One add-on by native id.
    Addon(String),
    /// Its events.
    Events(String),
    /// Its backups.
    Backups(String),
    /// All backups, also those of add-ons that are gone.
    AllBackups,
    /// The platform's own record of what it did.
    Works,
    /// What it uses.
    Usage(String),
    /// The log of its server.
    Logs(String),
    /// What the journal knows about restoring it.
    Rehearsal(String),
    /// An app's variable names.
    Variables(String),
    /// An app's releases.
    Releases(String),
    /// What an app is deployed as.
    Environments(String),
    /// An app's deployments.
    Deployments {
        /// The app.
        app: String,
        /// The environment's native id; `None` for all of them.
        environment_id: Option<String>,
    },
    /// One of the platform's own operations with all of its steps.
    Work(String),
    /// What one of them has written.
    WorkLog(String),
    /// The apps.
    Apps,
    /// Services and plans.
    Catalog,
    /// The plans of one service, where the catalog does not tell them.
    Plans(String),
    /// The actions that an add-on's service brings along.
    Actions(String),
    /// What can be told to one of them.
    ActionFields {
        /// The add-on's native id.
        addon_id: String,
        /// The action's name.
        action: String,
    },
    /// What one of them answered that only reads.
    ActionAnswer {
        /// The add-on's native id.
        addon_id: String,
        /// The action's name.
        action: String,
        /// What it is about, where it is about one of several.
        subject: Option<String>,
    },
    /// The teams.
    Teams,
    /// The account.
    Account,
    /// Whether an operation, by its id, has ended.
    Operation(String),
    /// What is new in the journal: read on this machine, so no platform has to be reached for it.
    Journal,
}

impl Topic {
    /// Whether it is answered on this machine: no platform has to be reached for it, and it costs no request.
    pub fn is_local(&self) -> bool {
        matches!(self, Topic::Journal | Topic::Actions(_) | Topic::Rehearsal(_))
    }

    /// Whether there may be very many like it, all read at about the same time: their next readings are spread.
    pub(super) fn is_one_of_many(&self) -> bool {
        matches!(self, Topic::States(_))
    }
}
