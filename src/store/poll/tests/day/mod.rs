//! A simulated day: five profiles, four accounts, whatever may happen in a day, and not a second of waiting.

mod world;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::*;
use crate::config::PlatformKind;
use crate::platform::words;
use world::{Dice, Server};

const DAY: Duration = Duration::from_secs(86_400);

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// Something is due.
    Due,
    /// A request reaches the platform of an account.
    Request(usize),
    /// A question is over.
    Answer { profile: usize, topic: Topic, number: u64, sent: Duration, requests: u32 },
    /// Somebody chooses another add-on.
    Select,
    /// Somebody enters another profile.
    Enter,
    /// The list of all profiles is opened or closed.
    Combined,
    /// The terminal loses or gets the focus.
    Focus,
    /// An operation begins, or ends.
    Operation,
    /// Somebody wants all of it anew.
    Refresh,
    /// Another program uses an account.
    Others,
}

/// A profile: its account by number, and how much it has.
struct Profile {
    name: ProfileName,
    words: Words,
    account: usize,
    addons: usize,
    apps: usize,
}

struct Day {
    dice: Dice,
    now: Duration,
    number: u64,
    events: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    schedule: Schedule,
    profiles: Vec<Profile>,
    servers: Vec<Server>,
    flying: HashMap<(usize, Topic), u64>,
    entered: usize,
    selected: usize,
    is_combined: bool,
    has_focus: bool,
    operation: Option<u64>,
    /// Since when the selected add-on has to be fresh: its last good read, or since it is looked at.
    since: Duration,
    /// How long its last read was on its way.
    trip: Duration,
    /// It failed, and was not read well since: nobody is told that it is fresh.
    is_failing: bool,
    shown: Option<Shown>,
    seen: Seen,
}

/// How near it came to where it must not go.
#[derive(Debug, Default)]
struct Seen {
    asked: u64,
    held: u64,
    checked: u64,
    /// The oldest read of the selected add-on, in parts of the interval that was shown.
    oldest: f64,
    longest: Duration,
}

impl Day {
    fn new(seed: u64) -> Self {
        let kinds = [
            ("acme", PlatformKind::Heroku, 0, 30, 0),
            ("acme-data", PlatformKind::Heroku, 0, 20, 0),
            ("ork", PlatformKind::Orkestr, 1, 60, 40),
            ("akk", PlatformKind::Akkeris, 2, 15, 8),
            ("wat", PlatformKind::Watasu, 3, 10, 4),
        ];
        let hours = |from: u64| (Duration::from_secs(from * 3_600), Duration::from_secs((from + 1) * 3_600));
        let outages = [hours(90), hours(11), hours(15), hours(90)];
        let profiles: Vec<Profile> = kinds
            .into_iter()
            .map(|(name, kind, account, addons, apps)| Profile {
                name: profile(name),
                words: words(kind),
                account,
                addons,
                apps,
            })
            .collect();
        let mut schedule = Schedule::new(seed);
        for one in &profiles {
            schedule.know(&one.name, &AccountTag(one.account.to_string()), &one.words);
        }
        // As the platforms document them, and not as the program has it: Heroku's 4,500 an hour for an account, which grow
        // again by 75 a minute (Dev Center), and orkestr's 100 a minute on Pro (its documents).
        let limits = [Some(Limit::Pool { of: 4_500, a_minute: 75 }), Some(Limit::Minute(100)), None, None];
        let servers = limits.into_iter().zip(outages).map(|(limit, outage)| Server::new(limit, outage)).collect();
        Self {
            dice: Dice(seed),
            now: Duration::ZERO,
            number: 0,
            events: BinaryHeap::new(),
            schedule,
            servers,
            profiles,
            flying: HashMap::new(),
            entered: 0,
            selected: 0,
            is_combined: false,
            has_focus: true,
            operation: None,
            since: Duration::ZERO,
            trip: Duration::ZERO,
            is_failing: false,
            shown: None,
            seen: Seen::default(),
        }
    }

    fn at(&mut self, at: Duration, event: Event) {
        self.number += 1;
        self.events.push(Reverse((at, self.number, event)));
    }

    fn chosen(&self) -> Topic {
        Topic::Addon(format!("{}", self.selected))
    }

    /// What is looked at, as the dashboard wants it.
    fn wants(&self) -> Vec<Wants> {
        let own = &self.profiles[self.entered];
        let pace = own.words.pace;
        let mut wanted = vec![want(Topic::Addons, pace.list, Rank::Shown)];
        if let Some(operation) = self.operation {
            wanted.push(want(Topic::Operation(operation.to_string()), pace.transitional, Rank::Begun));
        }
        let selected = self.selected.to_string();
        wanted.push(want(self.chosen(), pace.detail, Rank::Selected));
        wanted.push(want(Topic::Backups(selected.clone()), pace.detail, Rank::Selected));
        wanted.push(want(Topic::Usage(selected), pace.list, Rank::Selected));
        for (topic, every) in [
            (Topic::Catalog, SELDOM),
            (Topic::Apps, SELDOM),
            (Topic::Account, SELDOM * 10),
            (Topic::Teams, SELDOM * 10),
        ] {
            wanted.push(want(topic, every, Rank::Rest));
        }
        wanted.extend(self.states(self.entered, 10));
        let one =
            |profile: &Profile, wanted, states_at_once| Wants { profile: profile.name.clone(), wanted, states_at_once };
        let mut wants = vec![one(own, wanted, 6)];
        for (at, other) in self.profiles.iter().enumerate().filter(|(at, _)| self.is_combined && *at != self.entered) {
            let list = want(Topic::Addons, other.words.pace.list, Rank::Shown);
            wants.push(one(other, std::iter::once(list).chain(self.states(at, 2)).collect(), 3));
        }
        wants
    }

    fn states(&self, profile: usize, near: usize) -> impl Iterator<Item = Wanted> {
        let one = &self.profiles[profile];
        let (every, apps) = (one.words.pace.states, if one.words.list_tells_states { 0 } else { one.apps });
        (0..apps).map(move |app| {
            want(Topic::States(app.to_string()), every, if app < near { Rank::Shown } else { Rank::Rest })
        })
    }

    /// How many requests a question takes.
    fn requests(&mut self, profile: usize, ask: &Ask) -> u32 {
        match (&ask.topic, ask.at_most) {
            (Topic::Addons, Some(at_most)) => (1 + self.dice.below(41) as u32).min(at_most).max(1),
            (Topic::Addons, None) => 2 + u32::from(self.profiles[profile].addons > 25),
            (Topic::Backups(_) | Topic::Operation(_), _) => 1 + self.dice.below(2) as u32,
            (Topic::Teams, _) => 4,
            (Topic::Catalog, _) => u32::from(self.profiles[profile].words.limit.is_none()),
            _ => 1,
        }
    }

    /// Asks what is due, and sees that it may be asked.
    fn settle(&mut self) {
        let wants = self.wants();
        let plan = self.schedule.plan(&wants, self.has_focus, self.now);
        if self.number.is_multiple_of(16) {
            assert_eq!(self.schedule.plan(&wants, self.has_focus, self.now), plan, "a plan changes nothing");
        }
        self.seen.held += plan.held as u64;
        let (own, chosen) = (&self.profiles[self.entered].name, self.chosen());
        let paced = plan.paces.iter().find(|paced| paced.profile == 0 && wants[0].wanted[paced.want].topic == chosen);
        self.shown = paced.map(|paced| Shown::next(self.shown.as_ref(), own, &chosen, paced));
        if let Some(next) = plan.next {
            assert!(next > self.now, "what waits has its time");
            self.at(next, Event::Due);
        }
        for ask in &plan.now {
            let at = self.profiles.iter().position(|one| one.name == ask.profile).unwrap();
            if at == self.entered && ask.topic == chosen {
                self.check("is asked");
            }
            self.ask(at, ask);
        }
        if !self.flying.contains_key(&(self.entered, chosen)) {
            self.check("waits");
        }
    }

    /// What is shown of the selected add-on was asked for within the interval shown; a read that takes longer than that is
    /// followed by the next one at once. So it is never older than that and the round trip of the next one.
    fn check(&mut self, what: &str) {
        let own = &self.profiles[self.entered];
        let is_reachable = self.schedule.offline(&own.name).is_none() && !self.is_failing;
        let Some(shown) = self.shown.as_ref().filter(|_| is_reachable && self.has_focus) else { return };
        let age = self.now - self.since;
        assert!(
            age <= shown.every.max(self.trip),
            "{:?}: {} {what} after {age:?}, shown {shown:?}",
            self.now,
            own.name
        );
        self.seen.checked += 1;
        if age <= shown.every {
            self.seen.oldest = self.seen.oldest.max(age.as_secs_f64() / shown.every.as_secs_f64());
        }
        self.seen.longest = self.seen.longest.max(shown.every);
    }

    fn ask(&mut self, profile: usize, ask: &Ask) {
        let account = self.profiles[profile].account;
        assert!(self.now >= self.servers[account].barred, "{:?}: {ask:?} while the platform waits", self.now);
        let requests = self.requests(profile, ask);
        let number = self.number;
        let known = self.flying.insert((profile, ask.topic.clone()), number);
        assert_eq!(known, None, "one at a time: {ask:?}");
        self.seen.asked += 1;
        self.schedule.sent(ask, self.now);
        let trip = self.dice.round_trip();
        for _ in 0..requests {
            let at = self.now + trip.mul_f64(self.dice.chance());
            self.at(at, Event::Request(account));
        }
        let (topic, sent) = (ask.topic.clone(), self.now);
        self.at(self.now + trip, Event::Answer { profile, topic, number, sent, requests });
    }

    fn answered(&mut self, profile: usize, topic: Topic, sent: Duration, requests: u32) {
        let (name, account) = (self.profiles[profile].name.clone(), self.profiles[profile].account);
        let is_chosen = profile == self.entered && topic == self.chosen();
        self.schedule.spent(&name, Some(&topic), requests, self.now);
        let kind = if self.servers[account].is_away(self.now) {
            Some(ReadErrorKind::Unreachable)
        } else if self.dice.is(0.01) {
            Some(ReadErrorKind::ServerError(500))
        } else if self.dice.is(0.002) {
            Some(ReadErrorKind::TimedOut)
        } else if self.dice.is(0.001) {
            let wait = Duration::from_secs(10 + self.dice.below(60) as u64);
            self.servers[account].barred = self.servers[account].barred.max(self.now + wait);
            Some(ReadErrorKind::RateLimited(Some(wait)))
        } else {
            None
        };
        if let Some(budget) = self.servers[account].budget() {
            self.schedule.set_budget(&name, Some(budget), self.now);
        }
        let was_offline = self.schedule.offline(&name).is_some();
        match kind {
            Some(kind) => {
                self.schedule.failed(&name, &topic, &error(kind), self.now);
                self.is_failing |= is_chosen;
            }
            None => {
                self.schedule.good(&name, &topic, self.now);
                if is_chosen {
                    (self.since, self.is_failing) = (self.since.max(sent), false);
                    self.trip = self.now - sent;
                }
            }
        }
        if was_offline && profile == self.entered && self.schedule.offline(&name).is_none() {
            self.since = self.now;
        }
    }

    /// Another add-on, or another profile, or the same looked at again.
    fn looked(&mut self) {
        (self.since, self.is_failing, self.shown, self.trip) = (self.now, false, None, Duration::ZERO);
    }

    fn happens(&mut self, event: Event) {
        let hour = self.now.as_secs() / 3_600;
        match event {
            Event::Due => {}
            Event::Request(account) => {
                if !self.servers[account].is_away(self.now) {
                    self.servers[account].takes(self.now);
                }
            }
            Event::Answer { profile, topic, number, sent, requests } => {
                if self.flying.get(&(profile, topic.clone())) == Some(&number) {
                    self.flying.remove(&(profile, topic.clone()));
                    self.answered(profile, topic, sent, requests);
                }
            }
            Event::Select => {
                self.selected = self.dice.below(self.profiles[self.entered].addons);
                self.looked();
                // Sometimes the cursor runs.
                let wait = if self.dice.is(0.3) { Duration::from_millis(200) } else { self.dice.about(120.0) };
                self.at(self.now + wait, Event::Select);
            }
            Event::Enter => {
                let left = self.profiles[self.entered].name.clone();
                self.schedule.leave(&left, self.now);
                self.flying.retain(|(profile, _), _| *profile != self.entered);
                self.entered = self.dice.below(self.profiles.len());
                self.selected = self.dice.below(self.profiles[self.entered].addons);
                let entered = self.profiles[self.entered].name.clone();
                self.schedule.begin(&entered, self.now);
                (self.operation, self.is_combined) = (None, false);
                self.looked();
                let wait = self.dice.about(900.0);
                self.at(self.now + wait, Event::Enter);
            }
            Event::Combined => {
                self.is_combined = !self.is_combined && self.has_focus;
                let wait = self.dice.about(if self.is_combined { 120.0 } else { 1_200.0 });
                self.at(self.now + wait, Event::Combined);
            }
            Event::Focus => {
                // By night nobody looks.
                self.has_focus = !self.has_focus && (7..23).contains(&hour);
                if self.has_focus {
                    self.looked();
                }
                let wait = self.dice.about(if self.has_focus { 600.0 } else { 900.0 });
                self.at(self.now + wait, Event::Focus);
            }
            Event::Operation => {
                self.operation = if self.operation.is_some() { None } else { Some(self.number) };
                let name = self.profiles[self.entered].name.clone();
                [Topic::Addons, self.chosen()].iter().for_each(|topic| self.schedule.urge(&name, topic));
                let wait = self.dice.about(if self.operation.is_some() { 150.0 } else { 1_500.0 });
                self.at(self.now + wait, Event::Operation);
            }
            Event::Refresh => {
                let name = self.profiles[self.entered].name.clone();
                self.schedule.urge_all(&name, self.now);
                let wait = self.dice.about(600.0);
                self.at(self.now + wait, Event::Refresh);
            }
            Event::Others => {
                // Never more than leaves the account its other half.
                for _ in 0..self.dice.below(300) {
                    self.servers[0].takes(self.now);
                }
                let wait = self.dice.about(900.0);
                self.at(self.now + wait, Event::Others);
            }
        }
    }

    fn play(mut self) -> Self {
        use Event::{Combined, Enter, Focus, Operation, Others, Refresh, Select};
        for (seconds, event) in
            [(30, Select), (600, Enter), (300, Combined), (200, Focus), (100, Operation), (400, Refresh), (50, Others)]
        {
            self.at(Duration::from_secs(seconds), event);
        }
        self.settle();
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            if at > DAY {
                break;
            }
            self.now = at;
            let is_request = matches!(event, Event::Request(_));
            // What woke us for something that was asked meanwhile is nothing.
            let is_late = event == Event::Due && self.events.peek().is_some_and(|next| next.0.0 == at);
            self.happens(event);
            if !is_request && !is_late {
                self.settle();
            }
        }
        self
    }
}

/// Which seeds: one, or as many as `ATTACHE_SOAK` says; `ATTACHE_SEED` is that one.
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match (number("ATTACHE_SEED"), number("ATTACHE_SOAK")) {
        (Some(seed), _) => seed..seed + 1,
        (None, soak) => 1..1 + soak.unwrap_or(1),
    }
}

#[test]
fn no_limit_is_passed_and_the_selected_add_on_is_as_fresh_as_shown() {
    let mut lines = HashSet::new();
    for seed in seeds() {
        let day = Day::new(seed).play();
        let Seen { asked, held, checked, oldest, longest } = day.seen;
        let of = |at: usize| (day.servers[at].requests, day.servers[at].refused, day.servers[at].nearest);
        let ((pool, refused, least), (minute, over, most)) = (of(0), of(1));
        println!(
            "seed {seed}: {asked} questions, {held} held back; selected: {checked} checks, at most {:.0} % of the interval \
             shown, of {longest:?} at most; pool: {pool} requests, {refused} refused, {least:.0} of 4500 left at least; \
             minute: {minute} requests, {over} refused, {most} of 100 at most",
            oldest * 100.0
        );
        assert_eq!((refused, over), (0, 0), "seed {seed}: no limit is passed");
        assert!(most <= 60.0 && least >= 2_000.0, "seed {seed}: {most} of a minute, {least} left: half is for others");
        assert!(asked > 5_000 && checked > 5_000 && held > 0 && oldest > 0.9, "seed {seed}: something was at stake");
        lines.insert((asked, pool, minute));
    }
    assert_eq!(lines.len() as u64, seeds().end - seeds().start, "each seed is another day");
}
