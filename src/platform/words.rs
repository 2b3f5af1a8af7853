//! What a platform calls things, and what it bears.

use std::time::Duration;

use crate::model::Naming;

/// The platform's own words, for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The platform's name: `local`.
    pub platform: &'static str,
    /// Its word for a team, in the singular: `team`, `space`.
    pub team: &'static str,
    /// Its word for an app, in the singular: `app`, `project`.
    pub app: &'static str,
    /// For how long the same idempotency key gets the same answer; `None` where it takes no keys.
    pub keeps_keys: Option<jiff::SignedDuration>,
    /// What names it takes.
    pub naming: Naming,
    /// Whether what a command does to an app depends on what else the app has attached.
    pub needs_neighbours: bool,
    /// Whether the list of all add-ons tells how each of them stands. If not, that is asked app by app.
    pub list_tells_states: bool,
    /// Whether services have actions beside those that are listed, which are sent as a person says.
    pub has_unlisted_actions: bool,
    /// What is known of its plans.
    pub plans: Plans,
    /// Whether its lists have add-ons that no app has attached. If not, what is counted is counted of those that this machine
    /// has seen.
    pub sees_detached: bool,
    /// Whether an app is deployed as several environments, and has an add-on's variables only from its next deployment on.
    pub has_environments: bool,
    /// Whether the list of all takes a request for each app, and reads no more of them than it is let.
    pub list_in_parts: bool,
    /// How often it bears to be asked.
    pub pace: Pace,
    /// How much one account may ask; `None` where no text says so.
    pub limit: Option<Limit>,
}

/// How many requests a platform takes from one account, as its documents say. Other programs of the account are counted, too:
/// we use half of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many at once, and so many more with every minute.
    Pool {
        /// As many as there are at most.
        of: u32,
        /// As many as come back in a minute.
        a_minute: u32,
    },
    /// So many within any 60 seconds: the least of the account's plans that have any. What its own plan has is told once the
    /// account was read ([`Budget::of`]).
    Minute(u32),
}

/// What is known of a platform's plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plans {
    /// The catalog tells them.
    Told,
    /// There are some that no catalog tells: a person types one, or leaves the choice to the platform.
    Typed,
    /// A service has none.
    Absent,
}

/// The least times between two askings of the same question, as the platform bears them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The list of all add-ons.
    pub list: Duration,
    /// The states of one app's add-ons, where the list does not tell them.
    pub states: Duration,
    /// What is looked at.
    pub detail: Duration,
    /// What is about to change by itself.
    pub transitional: Duration,
}

impl Words {
    /// Those of the local platform, on which nothing has to be spared.
    pub const LOCAL: Words = Words {
        platform: "local",
        team: "team",
        app: "app",
        keeps_keys: None,
        naming: Naming::Local,
        needs_neighbours: false,
        list_tells_states: true,
        has_unlisted_actions: true,
        plans: Plans::Told,
        sees_detached: true,
        has_environments: false,
        pace: Pace {
            list: Duration::from_secs(10),
            states: Duration::from_secs(10),
            detail: Duration::from_secs(5),
            transitional: Duration::from_secs(1),
        },
        list_in_parts: false,
        limit: None,
    };
}

/// How many more requests the platform takes from this account for now. Other programs of the account use it up, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// As many as it said last that are left.
    pub remaining: u32,
    /// As many as there are at most.
    pub of: u32,
}

impl Budget {
    /// How many hundredths of it are left.
    pub fn share(self) -> u32 {
        u32::try_from(u64::from(self.remaining) * 100 / u64::from(self.of.max(1))).unwrap_or(u32::MAX)
    }
}
