//! Who is due when: a pure function of what is looked at, what was asked and answered, and the time. One request per
//! question at a time.

use std::collections::HashMap;
use std::time::Duration;

use crate::platform::{Budget, ReadError, ReadErrorKind};

/// What hardly ever changes: account, catalog, teams, apps.
pub const SELDOM: Duration = Duration::from_secs(60);
/// The journal, while something in it may still grow; otherwise as often as the list, so that nothing wakes for it alone.
pub const JOURNAL: Duration = Duration::from_secs(2);
/// Everything, while the terminal has no focus. Operations under way and offline probes keep their own.
pub const UNFOCUSED: Duration = Duration::from_secs(60);
/// How often it is looked whether a budget that is all but used up has grown again.
const PROBE: Duration = Duration::from_secs(5 * 60);
/// What is not asked at all while a budget is all but used up.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest wait between two tries of something that fails.
const LONGEST: Duration = Duration::from_secs(60);

/// Below so many hundredths of the budget, less is asked the less there is.
pub const HALF: u32 = 50;
/// Below so many, nothing is asked but what was begun.
pub const LAST: u32 = 5;

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

/// A question that is looked at, and how often it is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The question.
    pub topic: Topic,
    /// The least time between two askings.
    pub every: Duration,
}

#[derive(Clone, Debug, Default)]
struct Asked {
    in_flight: bool,
    last: Option<Duration>,
    failures: u32,
    not_before: Option<Duration>,
    is_urgent: bool,
}

/// Since when and how the platform can't be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offline {
    /// How many tries failed in a row.
    pub failures: u32,
    /// What the last one said.
    pub error: ReadError,
    /// When the next one is due.
    pub next_try: Duration,
}

/// What was asked and how it went.
#[derive(Clone, Debug)]
pub struct Poll {
    asked: HashMap<Topic, Asked>,
    offline: Option<Offline>,
    budget: Option<Budget>,
    seed: u64,
}

/// What is to be asked now, and when to look again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// To be asked now, the most looked at first.
    pub now: Vec<Topic>,
    /// When the next one is due.
    pub next: Option<Duration>,
}

impl Poll {
    /// Nothing was asked yet. The jitter follows from the seed.
    pub fn new(seed: u64) -> Self {
        Self { asked: HashMap::new(), offline: None, budget: None, seed }
    }

    /// What is due. Changes nothing: whoever asks says so with [`Poll::sent`].
    pub fn due(&self, wanted: &[Wanted], has_focus: bool, now: Duration) -> Due {
        let mut due = Due::default();
        let mut later = |at: Duration| due.next = Some(due.next.map_or(at, |next| next.min(at)));
        for want in wanted {
            let asked = self.asked.get(&want.topic);
            if asked.is_some_and(|asked| asked.in_flight) {
                continue;
            }
            let at = match &self.offline {
                Some(offline) if want.topic == Topic::Addons => offline.next_try,
                // While nothing answers, one question is enough to find out when something does.
                Some(_) if want.topic != Topic::Journal => continue,
                _ => due_at(asked, self.interval(want, has_focus)),
            };
            if at > now {
                later(at);
            } else if !due.now.contains(&want.topic) {
                due.now.push(want.topic.clone());
            }
        }
        due
    }

    /// When a question is asked next, if it is waited for and nothing stands in its way but its time.
    pub fn next(&self, want: &Wanted, has_focus: bool) -> Duration {
        due_at(self.asked.get(&want.topic), self.interval(want, has_focus))
    }

    /// How many more requests the platform takes, as it said last.
    pub fn set_budget(&mut self, budget: Option<Budget>) {
        self.budget = budget;
    }

    /// How many questions of a kind are under way.
    pub fn in_flight(&self, is_one: impl Fn(&Topic) -> bool) -> usize {
        self.asked.iter().filter(|(topic, asked)| asked.in_flight && is_one(topic)).count()
    }

    fn interval(&self, want: &Wanted, has_focus: bool) -> Duration {
        let every = match want.topic {
            Topic::Operation(_) => want.every,
            _ if has_focus => want.every,
            _ => want.every.max(UNFOCUSED),
        };
        let Some(budget) = self.budget else { return every };
        match (&want.topic, budget.share()) {
            (Topic::Journal | Topic::Actions(_) | Topic::Rehearsal(_), _) | (_, HALF..) => every,
            // What was begun is followed for as long as there is anything left.
            (Topic::Operation(_), LAST..) => every,
            (Topic::Operation(_), _) => every.max(UNFOCUSED),
            (_, share @ LAST..) => every * HALF / share.max(1),
            (Topic::Addons, _) => every.max(PROBE),
            (_, _) => every.max(NEVER),
        }
    }

    /// A question was sent.
    pub fn sent(&mut self, topic: &Topic, now: Duration) {
        let asked = self.asked.entry(topic.clone()).or_default();
        (asked.in_flight, asked.last, asked.is_urgent) = (true, Some(now), false);
    }

    /// A question was answered well.
    pub fn good(&mut self, topic: &Topic) {
        if *topic != Topic::Journal {
            self.offline = None;
        }
        let asked = self.asked.entry(topic.clone()).or_default();
        (asked.in_flight, asked.failures, asked.not_before) = (false, 0, None);
    }

    /// A question failed.
    pub fn failed(&mut self, topic: &Topic, error: &ReadError, now: Duration) {
        let jitter = self.jitter();
        let asked = self.asked.entry(topic.clone()).or_default();
        asked.in_flight = false;
        match &error.kind {
            kind if kind.is_no_answer() => {
                // Requests that were under way together fail together; only the probe counts after the first.
                let failures = match &self.offline {
                    Some(offline) if *topic != Topic::Addons => offline.failures,
                    Some(offline) => offline.failures + 1,
                    None => 1,
                };
                let next_try = match &self.offline {
                    Some(offline) if *topic != Topic::Addons => offline.next_try,
                    _ => now + backoff(failures, jitter),
                };
                self.offline = Some(Offline { failures, error: error.clone(), next_try });
            }
            kind => {
                self.offline = None;
                asked.failures += 1;
                let asked_for = match kind {
                    ReadErrorKind::RateLimited(wait) => wait.unwrap_or(LONGEST),
                    _ => Duration::ZERO,
                };
                asked.not_before = Some(now + backoff(asked.failures, jitter).max(asked_for));
            }
        }
    }

    /// A question was answered: the platform has no such thing. It is not asked again in this session.
    pub fn unsupported(&mut self, topic: &Topic, now: Duration) {
        self.good(topic);
        self.asked.entry(topic.clone()).or_default().not_before = Some(now + NEVER);
    }

    /// A question was given up: it may be asked again.
    pub fn given_up(&mut self, topic: &Topic) {
        self.asked.entry(topic.clone()).or_default().in_flight = false;
    }

    /// Something was done that changes the answer: ask as soon as possible.
    pub fn urge(&mut self, topic: &Topic) {
        let asked = self.asked.entry(topic.clone()).or_default();
        (asked.is_urgent, asked.failures) = (true, 0);
    }

    /// A person wants everything fresh, and a platform that can't be reached tried again at once. A wait that the platform
    /// asked for still holds.
    pub fn urge_all(&mut self, now: Duration) {
        self.asked.values_mut().for_each(|asked| (asked.is_urgent, asked.failures) = (true, 0));
        if let Some(offline) = &mut self.offline {
            offline.next_try = now;
        }
    }

    /// Forgets topics that nobody looks at any more, so that the table does not grow for ever.
    pub fn retain(&mut self, keep: impl Fn(&Topic) -> bool) {
        self.asked.retain(|topic, asked| asked.in_flight || keep(topic));
    }

    /// How many topics are remembered.
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether nothing was asked yet.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Since when and how the platform can't be reached, if it can't.
    pub fn offline(&self) -> Option<&Offline> {
        self.offline.as_ref()
    }

    /// The next number between 0 and 1 of a sequence that the seed decides (splitmix64).
    fn jitter(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn due_at(asked: Option<&Asked>, every: Duration) -> Duration {
    let Some(asked) = asked else { return Duration::ZERO };
    let regular = match asked.last {
        Some(last) if !asked.is_urgent => last + every,
        _ => Duration::ZERO,
    };
    asked.not_before.map_or(regular, |not_before| regular.max(not_before))
}

/// 1, 2, 4 … 60 seconds, a fifth more or less.
fn backoff(failures: u32, jitter: f64) -> Duration {
    let seconds = 2f64.powi(failures.saturating_sub(1).min(10) as i32).min(LONGEST.as_secs_f64());
    Duration::from_secs_f64((seconds * (0.8 + 0.4 * jitter)).min(LONGEST.as_secs_f64()))
}

#[cfg(test)]
mod tests;
