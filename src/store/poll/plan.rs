//! The plan: what is asked now, what is next, and how often each question can be asked at all.

use std::collections::HashMap;
use std::time::Duration;

use super::line::{Asked, Line};
use super::purse::{ByRank, Purse};
use super::schedule::Schedule;
use super::share::{Demand, LEAST, Shares, rounded};
use super::{MINUTE, NEVER, PROBE, Rank, Topic, UNFOCUSED, Wanted, Wants};
use crate::model::{AccountTag, ProfileName};

/// Why something is asked as often as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The platform does not bear it more often.
    Minimum,
    /// Nobody looks: the terminal has no focus.
    NoFocus,
    /// Half of what the account may ask is not more.
    Share,
    /// The platform says that few requests are left.
    Low,
    /// The platform asked to wait.
    Barred,
    /// It failed, and is tried again later.
    Failing,
    /// The platform can't be reached.
    Offline,
}

/// A question to be asked now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Through which profile.
    pub profile: ProfileName,
    /// The question.
    pub topic: Topic,
    /// For whom.
    pub rank: Rank,
    /// As many requests as it is taken to cost.
    pub cost: u32,
    /// As many as it may cost, where it makes do with what it is given.
    pub at_most: Option<u32>,
}

/// How often a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paced {
    /// Which profile, by its place in what was handed in.
    pub profile: usize,
    /// Which question of it.
    pub want: usize,
    /// The time between two askings, at the most.
    pub every: Duration,
    /// Why that is so.
    pub why: Why,
    /// Requests that it costs.
    pub cost: u32,
    /// When it was asked last.
    pub last: Option<Duration>,
}

/// What is to be asked now, and when to look again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// To be asked now, what is nearest to what somebody looks at first.
    pub now: Vec<Ask>,
    /// When the next one is due.
    pub next: Option<Duration>,
    /// How many are due and wait for their budget.
    pub held: usize,
    /// How often everything is asked, in the order of what was handed in; a question that was handed in twice is there once.
    pub paces: Vec<Paced>,
}

impl Plan {
    fn later(&mut self, at: Option<Duration>) {
        self.next = self.next.into_iter().chain(at).min();
    }
}

/// One question on its way into the plan.
struct Slot<'a> {
    profile: usize,
    want: usize,
    wanted: &'a Wanted,
    line: &'a Line,
    asked: Option<&'a Asked>,
    demand: Demand,
    why: Why,
}

/// The budget of one account, as this plan uses it.
struct Scratch<'a> {
    purse: &'a Purse,
    demands: Vec<Demand>,
    shares: Shares,
    planned: ByRank,
    /// Somebody nearer waits for requests: nobody else takes them away.
    is_held: bool,
}

impl Schedule {
    /// What is due. Changes nothing: whoever asks says so with [`Schedule::sent`].
    pub fn plan(&self, wants: &[Wants], has_focus: bool, now: Duration) -> Plan {
        let mut slots = self.slots(wants, has_focus);
        let mut purses: HashMap<&AccountTag, Scratch<'_>> = HashMap::new();
        for slot in &slots {
            let Some(purse) = self.purse_of(slot.line) else { continue };
            let fresh = || Scratch {
                purse,
                demands: Vec::new(),
                shares: Shares::FREE,
                planned: [0; Rank::COUNT],
                is_held: false,
            };
            // While nothing answers, nothing but the probe is asked.
            if slot.line.offline.is_none() || slot.wanted.topic == Topic::Addons {
                purses.entry(&slot.line.account).or_insert_with(fresh).demands.push(slot.demand);
            }
        }
        purses.values_mut().for_each(|scratch| scratch.shares = Shares::of(scratch.purse, &scratch.demands));

        let mut plan = Plan { paces: Vec::with_capacity(slots.len()), ..Plan::default() };
        let mut due = Vec::new();
        for slot in &mut slots {
            let (paced, at) = paced(slot, purses.get(&slot.line.account), now);
            plan.paces.push(paced);
            match at {
                Some(at) if at > now => plan.later(Some(at)),
                Some(at) => due.push((slot, at, plan.paces.len() - 1)),
                None => {}
            }
        }
        // Of those that are the least looked at, the one that waited longest comes first.
        due.sort_by_key(|(slot, at, _)| {
            (slot.wanted.rank, if slot.wanted.rank == Rank::Rest { *at } else { Duration::ZERO })
        });
        let mut lines: Vec<Option<usize>> = vec![None; wants.len()];
        for (slot, _, paced) in due {
            if matches!(slot.wanted.topic, Topic::States(_)) {
                let left = lines[slot.profile].get_or_insert_with(|| {
                    let under_way = slot.line.in_flight(|topic| matches!(topic, Topic::States(_)));
                    wants[slot.profile].states_at_once.saturating_sub(under_way)
                });
                // The others come when one of these has answered.
                let Some(fewer) = left.checked_sub(1) else { continue };
                *left = fewer;
            }
            let scratch = purses.get_mut(&slot.line.account);
            match scratch.map_or(Ok(slot.demand.cost), |scratch| scratch.take(&slot.demand, now)) {
                Ok(cost) => plan.now.push(Ask {
                    profile: wants[slot.profile].profile.clone(),
                    topic: slot.wanted.topic.clone(),
                    rank: slot.wanted.rank,
                    cost,
                    at_most: slot.demand.is_in_parts.then_some(cost),
                }),
                Err(free_at) => {
                    plan.held += 1;
                    plan.later(free_at);
                    let paced = &mut plan.paces[paced];
                    let since = waits_since(paced.last, paced.every, now);
                    let held = free_at.map(|at| rounded(at.saturating_sub(since)));
                    if let Some(held) = held.filter(|held| *held > paced.every) {
                        (paced.every, paced.why) = (held, Why::Share);
                    }
                }
            }
        }
        plan
    }

    /// Each question once, with what it asks of its account.
    fn slots<'a>(&'a self, wants: &'a [Wants], has_focus: bool) -> Vec<Slot<'a>> {
        let mut slots: Vec<Slot<'_>> = Vec::with_capacity(wants.iter().map(|wants| wants.wanted.len()).sum());
        for (profile, wants) in wants.iter().enumerate() {
            let Some(line) = self.line(&wants.profile) else { continue };
            let purse = self.purse_of(line);
            let mut known: HashMap<&Topic, usize> = HashMap::new();
            for (want, wanted) in wants.wanted.iter().enumerate() {
                let (every, why) = bare(wanted, purse, has_focus);
                if !wanted.topic.is_one_of_many() {
                    let at = *known.entry(&wanted.topic).or_insert(slots.len());
                    if let Some(before) = slots.get_mut(at) {
                        // It is wanted for two reasons: as often as for the stronger one.
                        if every < before.demand.every {
                            (before.demand.every, before.why) = (every, why);
                        }
                        before.demand.rank = before.demand.rank.min(wanted.rank);
                        continue;
                    }
                }
                let asked = line.asked.get(&wanted.topic);
                let is_in_parts = line.is_in_parts && wanted.topic == Topic::Addons;
                let mut cost = line.cost(&wanted.topic);
                if let Some(half) = purse.and_then(Purse::half).filter(|_| is_in_parts) {
                    cost = match asked.and_then(|asked| asked.last) {
                        None => half * 3 / 5,
                        Some(_) => (cost + cost / 4 + 1).clamp(LEAST, (half / 2).max(LEAST)),
                    };
                }
                let demand = Demand { rank: wanted.rank, every, cost, is_in_parts };
                slots.push(Slot { profile, want, wanted, line, asked, demand, why });
            }
        }
        slots
    }

    /// When a question is asked next, if it is waited for and nothing stands in its way but its time.
    pub fn next(&self, profile: &ProfileName, want: &Wanted, has_focus: bool) -> Duration {
        let Some(line) = self.line(profile) else { return Duration::ZERO };
        let purse = self.purse_of(line);
        let (every, _) = bare(want, purse, has_focus);
        let due = line.asked.get(&want.topic).map_or(Duration::ZERO, |asked| asked.due_at(every));
        purse.and_then(Purse::barred).filter(|_| !want.topic.is_local()).map_or(due, |barred| due.max(barred))
    }
}

/// The interval of a question before anything is shared.
fn bare(wanted: &Wanted, purse: Option<&Purse>, has_focus: bool) -> (Duration, Why) {
    let is_followed = matches!(wanted.topic, Topic::Operation(_));
    let (every, why) = match wanted.every {
        every if has_focus || is_followed || every >= UNFOCUSED => (every, Why::Minimum),
        _ => (UNFOCUSED, Why::NoFocus),
    };
    let Some(purse) = purse.filter(|_| !wanted.topic.is_local()) else { return (every, why) };
    let slow = |least: Duration| if least > every { (least, Why::Low) } else { (every, why) };
    match (purse.stretched(), &wanted.topic) {
        (Some(1.0), _) => (every, why),
        // What was begun is followed for as long as there is anything left.
        (Some(_), Topic::Operation(_)) => (every, why),
        (Some(stretch), _) => slow(rounded(every.mul_f64(stretch))),
        (None, Topic::Operation(_)) => slow(UNFOCUSED),
        (None, Topic::Addons) => slow(PROBE),
        (None, _) => slow(NEVER),
    }
}

/// How often it is asked, and when next; `None` while it is under way, or waits for the platform to be reached.
fn paced(slot: &mut Slot<'_>, scratch: Option<&Scratch<'_>>, now: Duration) -> (Paced, Option<Duration>) {
    let topic = &slot.wanted.topic;
    let mut every = slot.demand.every;
    if let Some(scratch) = scratch {
        every = scratch.shares.every(&slot.demand);
        if every > slot.demand.every {
            slot.why = Why::Share;
        }
        if slot.demand.is_in_parts {
            slot.demand.cost = slot.demand.cost.min(scratch.shares.part);
        }
    }
    let last = slot.asked.and_then(|asked| asked.last);
    let (is_flying, failing) =
        slot.asked.map_or((false, None), |asked| (asked.flight.is_some(), asked.not_before.zip(last)));
    let mut at = match &slot.line.offline {
        Some(offline) if *topic == Topic::Addons => {
            slot.why = Why::Offline;
            Some(offline.next_try)
        }
        // While nothing answers, one question is enough to find out when something does.
        Some(_) if *topic != Topic::Journal => {
            slot.why = Why::Offline;
            None
        }
        _ => Some(slot.asked.map_or(Duration::ZERO, |asked| asked.due_at(every))),
    };
    if topic.is_one_of_many() {
        every = every.mul_f64(1.0 + super::schedule::SPREAD);
    }
    if let Some((not_before, last)) = failing.filter(|(not_before, last)| *not_before > *last + every) {
        (every, slot.why) = (not_before - last, Why::Failing);
    }
    if let Some(barred) = scratch.and_then(|scratch| scratch.purse.barred()).filter(|_| !topic.is_local()) {
        at = at.map(|at| at.max(barred));
        let wait = barred.saturating_sub(waits_since(last, every, now));
        if wait > every && barred > now {
            (every, slot.why) = (rounded(wait), Why::Barred);
        }
    }
    let paced = Paced { profile: slot.profile, want: slot.want, every, why: slot.why, cost: slot.demand.cost, last };
    (paced, at.filter(|_| !is_flying))
}

/// Since when somebody waits for a question to be asked again: what was asked long ago was not looked at meanwhile.
fn waits_since(last: Option<Duration>, every: Duration, now: Duration) -> Duration {
    last.filter(|last| *last + every + 2 * MINUTE > now).unwrap_or(now)
}

impl Scratch<'_> {
    /// Takes what a question costs out of the budget, or tells when there is enough; `None` if that depends on what is on its
    /// way.
    fn take(&mut self, demand: &Demand, now: Duration) -> Result<u32, Option<Duration>> {
        let Demand { rank, cost, is_in_parts, .. } = *demand;
        if cost == 0 {
            return Ok(0);
        }
        let Some(half) = self.purse.half() else { return Ok(cost) };
        let (kept, planned) = (&self.shares.kept, &self.planned);
        // What never fits beside what is kept takes its turn when nothing else of its rank was sent.
        let least = if is_in_parts { cost.min(LEAST) } else { cost };
        let above = rank.above().map_or(0, |above| kept[above as usize]);
        let none = [0; Rank::COUNT];
        let is_lump = least > half.saturating_sub(above);
        let kept = if is_lump { &none } else { kept };
        let room = if self.is_held { 0 } else { self.purse.room(rank, kept, planned, now) };
        if room < least.min(half) {
            let free_at = self.purse.free_at(rank, least.min(half), kept, planned, now);
            self.is_held = true;
            return Err(free_at.filter(|at| *at > now));
        }
        let cost = if is_in_parts { cost.min(room) } else { cost };
        self.planned[rank as usize] += cost;
        Ok(cost)
    }
}
