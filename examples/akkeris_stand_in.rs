//! An Akkeris platform to point a client at: `cargo run --example akkeris_stand_in -- --listen 127.0.0.1:5602`

#[path = "../tests/stand_ins/mod.rs"]
mod stand_ins;

use clap::Arg;
use stand_ins::akkeris::{World, router};

const ABOUT: &str = "\
A stand-in for an Akkeris platform (front API and controller), with a small world in it:
  spaces  dev, prod (compliance prod), socs (compliance internal, socs)
  apps    shop-dev, blog-dev, mail-dev (empty), bank-prod, desk-socs
  add-ons of shop-dev   orders (premium, shared, three backups), reporting (secondary), sessions, uploads (shared), keys,
                        akkeris-redis-mouth-8686 (its broker does not answer)
          of blog-dev   posts (provisioning), doomed (failed), searchlog (not sharable)
          of bank-prod  ledger (a backup), statements (being changed), cache and cache (two of one name)
          of desk-socs  cases (its values are redacted)
Tokens: any but `bad` (401) and `outsider` (403), as Bearer or as the password of Basic; `admin` has elevated access.
By hand, time moves what goes on (one step each --pace), not reading; a new database takes two steps, a backup, too.";

fn main() -> std::io::Result<()> {
    let addons = Arg::new("addons")
        .long("addons")
        .value_name("N")
        .value_parser(clap::value_parser!(u16))
        .help("So many add-ons in all: further ones with ten for each further app");
    let world = |given: &clap::ArgMatches| {
        let mut world = given.get_one::<u16>("addons").map_or_else(World::small, |count| World::large((*count).into()));
        world.moves_by_reads = false;
        world
    };
    stand_ins::by_hand::run_with("akkeris_stand_in", ABOUT, "127.0.0.1:5602", vec![addons], world, router())
}
