//! A world as large as is asked for, the same with each start, and how it is kept moving.

use std::collections::HashSet;

use jiff::Timestamp;

use super::catalog;
use super::data::transfers::Kind;
use super::world::{Attachment, Heroku};

/// Which services there are, of a hundred add-ons.
const SHARES: [(&str, u64); 8] = [
    ("heroku-postgresql", 46),
    ("heroku-redis", 24),
    ("papertrail", 12),
    ("bucketeer", 8),
    ("heroku-kafka", 4),
    ("scheduler", 2),
    ("heroku-inference", 2),
    ("herokuconnect", 2),
];
const PRODUCTS: [&str; 20] = [
    "storefront",
    "billing",
    "checkout",
    "inventory",
    "identity",
    "search",
    "catalog",
    "shipping",
    "returns",
    "loyalty",
    "pricing",
    "reports",
    "ledger",
    "mailer",
    "webhooks",
    "support",
    "partners",
    "payouts",
    "recommendations",
    "fraud",
];
const PARTS: [&str; 8] = ["api", "web", "worker", "admin", "jobs", "gateway", "sync", "importer"];
const STAGES: [&str; 4] = ["production", "staging", "review", "sandbox"];
const TEAMS: [&str; 4] = ["acme", "acme-data", "acme-platform", "acme-labs"];
const ADJECTIVES: [&str; 12] = [
    "curved",
    "cubic",
    "shallow",
    "round",
    "silhouetted",
    "transparent",
    "amorphous",
    "tapered",
    "fluffy",
    "regular",
    "flexible",
    "opaque",
];
/// What stands before the name of an attachment to an app that does not own the add-on.
const USES: [&str; 6] = ["SHARED", "REPORTING", "PRIMARY", "LEGACY", "ANALYTICS", "READONLY"];
/// How many databases have backups.
const BACKED_UP: usize = 20;

/// A sequence that its seed decides (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end.max(1) as u64).unwrap_or_default()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

fn service(dice: &mut Dice) -> &'static catalog::Service {
    let mut left = dice.below(100) as u64;
    let chosen = SHARES.iter().find(|(_, share)| match left.checked_sub(*share) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    chosen.and_then(|(name, _)| catalog::service(name)).unwrap()
}

impl Heroku {
    /// So many add-ons on 0.3 times as many apps, with three attachments each on the average.
    pub(crate) fn fleet(addons: usize) -> Self {
        let mut world = Self::default();
        TEAMS.iter().for_each(|team| world.team(team, "team", Some("admin")));
        let mut dice = Dice(7);
        let apps = (addons * 3 / 10).max(1);
        let names: Vec<String> = (0..apps)
            .map(|number| {
                let (product, rest) = (PRODUCTS[number % 20], number / 20);
                let (part, rest) = (PARTS[rest % 8], rest / 8);
                let (stage, rest) = (STAGES[rest % 4], rest / 4);
                if rest == 0 { format!("{product}-{part}-{stage}") } else { format!("{product}-{part}-{stage}-{rest}") }
            })
            .collect();
        for name in &names {
            world.new_app(name, Some(dice.one(&TEAMS)));
        }
        // What can't be shared has one; the next ones that can have its share.
        let (mut owed, mut bases) = (0, HashSet::new());
        for number in 0..addons {
            owed += 3;
            let service = service(&mut dice);
            // Apps without a price list of their own: all but contracts.
            let plans: Vec<_> = service.plans.iter().filter(|plan| !plan.is_contract).collect();
            let (plan, owner) = (dice.one(&plans).name, dice.below(apps));
            let kind = service.name.trim_start_matches("heroku-");
            let name = format!("{kind}-{}-{:05}", dice.one(&ADJECTIVES), 10_000 + number);
            let id = world.seed(&names[owner], service.name, plan, &name);
            let wanted = if service.is_shareable { owed } else { 1 };
            owed -= wanted;
            for use_of in 0..wanted {
                // The number keeps names apart within an app.
                let (app, alias) = match use_of {
                    0 if bases.insert((owner, service.base)) => (owner, service.base.to_owned()),
                    0 => (owner, format!("{}_{number}", service.colour)),
                    _ => (dice.below(apps), format!("{}_{}_{number}_{use_of}", dice.one(&USES), service.base)),
                };
                world.put_down(&names[app], &id, alias);
            }
            if service.name == "heroku-postgresql" && world.transfers.len() < BACKED_UP * 2 {
                [30, 6].into_iter().for_each(|hours| drop(world.finished(&name, Kind::Scheduled, hours)));
            }
        }
        world.kept = Some(super::kept::Kept::default());
        world
    }

    /// An attachment by the add-on's id, without looking anything up.
    fn put_down(&mut self, app: &str, addon: &str, name: String) {
        let (id, at) = (self.id(5), Timestamp::now());
        let (app, addon) = (app.to_owned(), addon.to_owned());
        self.attachments.push(Attachment { id, name, app, addon, namespace: None, is_stripped: false, at });
    }

    /// Moves on: so many add-ons change their state or their name, the oldest is gone, and there is a new one.
    pub(super) fn churn(&mut self) {
        let Some(last) = self.addons.len().checked_sub(1) else { return };
        self.beat += 1;
        let (churn, beat) = (self.switches.churn, self.beat);
        let places: Vec<usize> = (0..churn).map(|number| (beat * 7 + number) % last.max(1)).collect();
        for place in places {
            let one = &mut self.addons[place];
            // The other one is a word that no source has.
            one.state = if one.state == "provisioned" { "suspended" } else { "provisioned" }.into();
            one.updated_at = Timestamp::now();
            one.name = match one.name.strip_suffix("-moved") {
                Some(name) => name.to_owned(),
                None => format!("{}-moved", one.name),
            };
        }
        // One at a time is being made: each of those is read by itself.
        let moving = self.addons.iter_mut().filter(|one| one.state == "provisioning");
        moving.for_each(|one| one.state = "provisioned".into());
        self.addons[beat % last.max(1)].state = "provisioning".into();
        let gone = self.addons.remove(0);
        self.attachments.retain(|one| one.addon != gone.id);
        let id = self.seed(&gone.app, &gone.service, &gone.plan, &format!("churned-{:06}", self.beat));
        self.put_down(&gone.app, &id, format!("CHURNED_{}", self.beat));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_as_large_as_told_the_same_each_time_and_no_name_is_used_twice() {
        for addons in [1, 100, 1_000] {
            let (world, again) = (Heroku::fleet(addons), Heroku::fleet(addons));
            let names = |world: &Heroku| world.addons.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&world), names(&again));
            assert_eq!(world.apps.len(), (addons * 3 / 10).max(1));
            let spare = world.attachments.len().abs_diff(addons * 3);
            assert!(spare <= 12, "{spare} more or less than three each");
            let distinct = |all: Vec<String>| all.into_iter().collect::<HashSet<_>>().len();
            assert_eq!(distinct(names(&world)), addons);
            let aliases = world.attachments.iter().map(|one| format!("{}::{}", one.app, one.name)).collect();
            assert_eq!(distinct(aliases), world.attachments.len());
        }
    }

    #[test]
    fn a_moving_world_keeps_its_size() {
        let mut world = Heroku::fleet(30);
        world.switches.churn = 4;
        let given = world.attachments.len();
        (0..100).for_each(|_| world.churn());
        assert_eq!(world.addons.len(), 30);
        assert!(world.attachments.len() <= given, "{} of {given}", world.attachments.len());
        assert!(world.addons.iter().all(|one| one.name.starts_with("churned-")), "all of them were replaced");
    }
}
