//! How often everything is read, and why, for whoever looks.

use std::time::Duration;

use super::State;
use crate::model::ProfileName;
use crate::platform::Limit;
use crate::store::poll::{Left, Paced, Plan, Shown, Topic, Wants, Why};

/// How often what somebody looks at is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paces {
    selected: Option<Shown>,
    list: Option<Shown>,
}

/// Some questions alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledPart {
    /// What is read.
    pub what: String,
    /// How many of them.
    pub count: usize,
    /// How often, each of them.
    pub every: Duration,
    /// Why not more often.
    pub why: Why,
    /// The requests that each takes.
    pub cost: u32,
}

/// One profile, as it is read now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    /// Which.
    pub place: String,
    /// The limit that its platform documents.
    pub limit: Option<Limit>,
    /// The other profiles that use the same budget.
    pub with: Vec<ProfileName>,
    /// How much of our half is left, in tenths and of how many requests; `None` where no limit is known.
    pub left: Option<(u32, u32)>,
    /// What is read of it; nothing while it is not looked at.
    pub parts: Vec<PolledPart>,
}

impl State {
    /// How often the selected add-on and the list are read, where a budget makes that less often than the platform bears.
    pub fn slowed(&self) -> (Option<Duration>, Option<Duration>) {
        let every = |shown: &Option<Shown>| shown.as_ref().filter(|shown| shown.is_slowed()).map(|shown| shown.every);
        (every(&self.paces.selected), every(&self.paces.list))
    }

    /// Takes in how often everything is read by a plan; true if what is shown of it is another.
    pub(super) fn take_paces(&mut self, wants: &[Wants], plan: &Plan) -> bool {
        let before = self.slowed();
        let own = || plan.paces.iter().take_while(|paced| paced.profile == 0);
        let shown = |topic: Topic, before: Option<&Shown>| {
            let of = wants.first()?;
            let paced = own().find(|paced| of.wanted.get(paced.want).is_some_and(|want| want.topic == topic))?;
            Some(Shown::next(before, &of.profile, &topic, paced))
        };
        let detail = self.ui.detail.as_ref().map(|key| Topic::Addon(key.id.to_string()));
        self.paces = Paces {
            selected: detail.and_then(|topic| shown(topic, self.paces.selected.as_ref())),
            list: shown(Topic::Addons, self.paces.list.as_ref()),
        };
        self.slowed() != before
    }

    /// All of it, profile by profile.
    pub(super) fn polled_by(&self, wants: &[Wants], plan: &Plan, now: Duration) -> Vec<Polled> {
        let names = std::iter::once(&self.session.profile);
        let others = self.profiles.iter().map(|choice| &choice.name).filter(|name| **name != self.session.profile);
        let names: Vec<&ProfileName> = names.chain(others).collect();
        let one = |name: &&ProfileName| {
            let at = wants.iter().position(|wants| wants.profile == **name);
            let paces = plan.paces.iter().filter(|paced| Some(paced.profile) == at);
            let choice = self.profiles.iter().find(|choice| choice.name == **name);
            let (place, words) = match choice.filter(|_| **name != self.session.profile) {
                Some(choice) => (choice.place(), &choice.words),
                None => (self.session.place(), &self.session.words),
            };
            let account = self.schedule.account(name);
            let with = names.iter().filter(|other| *other != name && self.schedule.account(other) == account);
            let tenths = |left: Left| left.left.map(|(left, half)| (left * 10 / half.max(1), half));
            Polled {
                place,
                limit: words.limit,
                with: with.map(|other| (*other).clone()).collect(),
                left: self.schedule.left(name, now).and_then(tenths),
                parts: at.and_then(|at| wants.get(at)).map_or_else(Vec::new, |wants| self.parts(wants, paces)),
            }
        };
        names.iter().map(one).collect()
    }

    /// How often something is read, as it was promised.
    fn shown(&self, wants: &Wants, topic: &Topic) -> Option<&Shown> {
        let is_detail = |id: &String| self.ui.detail.as_ref().is_some_and(|key| key.id == *id);
        let paces = Some(&self.paces).filter(|_| wants.profile == self.session.profile)?;
        match topic {
            Topic::Addons => paces.list.as_ref(),
            Topic::Addon(id) if is_detail(id) => paces.selected.as_ref(),
            _ => None,
        }
    }

    /// What is read of a profile, what is alike together.
    fn parts<'a>(&self, wants: &Wants, paces: impl Iterator<Item = &'a Paced>) -> Vec<PolledPart> {
        let source = self.combined.iter().flat_map(|combined| &combined.sources);
        let source = source.into_iter().find(|source| source.choice.name == wants.profile);
        let store =
            source.filter(|_| wants.profile != self.session.profile).map_or(&self.store, |source| &source.store);
        let mut parts: Vec<PolledPart> = Vec::new();
        for paced in paces {
            let Some(want) = wants.wanted.get(paced.want) else { continue };
            let what = match &want.topic {
                Topic::States(_) => "how the add-ons of an app stand".to_owned(),
                Topic::Operation(_) => "an operation under way".to_owned(),
                topic => store.part(topic),
            };
            // What the status line says of it, where it says something.
            let every = self.shown(wants, &want.topic).map_or(paced.every, |shown| shown.every.max(paced.every));
            match parts.iter_mut().find(|part| part.what == what) {
                Some(part) => {
                    part.count += 1;
                    if every > part.every {
                        (part.every, part.why) = (every, paced.why);
                    }
                }
                None => {
                    parts.push(PolledPart { what, count: 1, every, why: paced.why, cost: paced.cost });
                }
            }
        }
        parts.sort_by_key(|part| part.every);
        parts
    }
}
