//! A small world with an add-on in every state.

use super::world::{Named, now, time};
use super::{Backup, Phase, Wanted, World};

pub(super) fn small() -> World {
    let mut world = World::empty();
    for name in ["us-seattle", "eu-ireland"] {
        let named = Named { id: world.id(), name: name.into() };
        world.regions.push(named);
    }
    for (name, region) in [("ds1", "us-seattle"), ("ds2", "eu-ireland")] {
        let named = Named { id: world.id(), name: name.into() };
        world.stacks.push((named, region.into()));
    }
    for name in ["main", "test"] {
        let named = Named { id: world.id(), name: name.into() };
        world.organizations.push(named);
    }
    world.stock();
    world.add_space("dev", &[], "ds1");
    world.add_space("prod", &["prod"], "ds1");
    world.add_space("socs", &["internal", "socs"], "ds1");
    for (name, space) in [("shop", "dev"), ("blog", "dev"), ("mail", "dev"), ("bank", "prod"), ("desk", "socs")] {
        world.add_app(name, space, usize::from(space == "dev"));
    }
    // Mail is an app that was just made: without a process, a release or an add-on.
    for app in ["shop-dev", "blog-dev", "bank-prod", "desk-socs"] {
        let web = (world.id(), now());
        world.app_mut(app).unwrap().formation = Some(web);
        world
            .release(app, &serde_json::json!({"slug": "11111111-2222-4333-8444-555555555555", "description": "first"}));
    }
    let shop = world.app_mut("shop-dev").unwrap();
    shop.own.insert("GREETING".into(), "hello".into());
    let standing = || Phase::Provisioned;
    let long = 100;
    for (app, name, plan, phase) in [
        ("shop-dev", "orders", "akkeris-postgresql:premium-0", standing()),
        ("shop-dev", "reporting", "akkeris-postgresql:standard-0", standing()),
        ("shop-dev", "sessions", "akkeris-redis:small", standing()),
        ("shop-dev", "uploads", "akkeris-s3:basic", standing()),
        ("shop-dev", "akkeris-redis-mouth-8686", "akkeris-redis:medium", standing()),
        ("shop-dev", "keys", "securekey:fortnightly", standing()),
        ("blog-dev", "posts", "akkeris-postgresql:hobby", Phase::Provisioning { steps: long, fails: false }),
        ("blog-dev", "doomed", "akkeris-postgresql:doomed", Phase::Failed),
        ("blog-dev", "searchlog", "logtap:basic", standing()),
        ("bank-prod", "ledger", "akkeris-postgresql:shield-0", standing()),
        ("bank-prod", "statements", "akkeris-postgresql:premium-0", Phase::Working { steps: long }),
        ("bank-prod", "cache", "akkeris-redis:small", standing()),
        ("bank-prod", "cache", "akkeris-redis:medium", standing()),
        ("desk-socs", "cases", "akkeris-postgresql:premium-0", standing()),
    ] {
        world.make(Wanted { app, name, plan, phase });
    }
    // Its broker does not answer.
    world.addon("akkeris-redis-mouth-8686").is_reachable = false;
    world.give("orders", "blog-dev", "shopdb");
    world.give("uploads", "blog-dev", "assets");
    world.give("orders", "desk-socs", "orders-copy");
    let now = jiff::Timestamp::now();
    for (addon, hours) in [("orders", 50), ("orders", 26), ("orders", 2), ("ledger", 5)] {
        let at = time(now - jiff::SignedDuration::from_hours(hours));
        let id = format!("stub{}-manual-{hours:010x}", &world.addon(addon).id[..8]);
        let created_at = format!("{}Z", &at[..19]);
        world.addon(addon).backups.push(Backup { id, progress: 100, created_at });
    }
    world
}

/// The small world with so many add-ons in all, ten for each further app.
pub(super) fn large(addons: usize) -> World {
    let mut world = small();
    for number in 0..addons.saturating_sub(world.addons.len()) {
        let app = format!("team{}", number / 10);
        if number % 10 == 0 {
            world.add_app(&app, "dev", 0);
        }
        let (app, name) = (format!("{app}-dev"), format!("cache{number}"));
        world.make(Wanted { app: &app, name: &name, plan: "akkeris-redis:small", phase: Phase::Provisioned });
    }
    world
}
