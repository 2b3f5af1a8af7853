//! An orkestr platform to point a client at: `cargo run --example orkestr_stand_in -- --listen 127.0.0.1:5604`, then for
//! the vendor's own client `ORKESTR_API_URL=http://127.0.0.1:5604 ORKESTR_API_TOKEN=ork_team_stand_in orkestr projects list`
//! (it keeps both in `~/.orkestr/config.json`: give it a HOME of its own).

#[path = "../tests/stand_ins/mod.rs"]
mod stand_ins;

use clap::Arg;
use stand_ins::{by_hand, orkestr};

const ABOUT: &str = "\
A stand-in for orkestr, with a small world in it, and the store of its backups on another port:
  groups    Customers (shop, blog), Internal (docs)
  projects  shop  production, staging; orders (four backups, automatic ones on), sessions (sleeping), analytics (made after
                  production's last deployment; a backup is running), search (a state that nobody knows)
            blog  production, preview (its branch `broken` does not build); posts (provisioning), cache (failed), comments
            docs  production, never deployed; pages
Tokens: ork_team_stand_in (500 requests a minute), ork_pro_stand_in (100; two add-ons a project), ork_reader_stand_in (no
writes), ork_starter_stand_in (the free plan: no API), ork_expired_stand_in (401).
An add-on whose name begins with `doomed` fails. By hand, time moves what goes on (one step each --pace), not reading.";

fn main() -> std::io::Result<()> {
    let addons = Arg::new("addons")
        .long("addons")
        .value_name("N")
        .value_parser(clap::value_parser!(u16))
        .help("So many add-ons in all: further projects with four each");
    let world = |given: &clap::ArgMatches| {
        let store = orkestr::store::by_hand();
        let mut world = match given.get_one::<u16>("addons") {
            Some(count) => orkestr::Orkestr::large(store, (*count).into()),
            None => orkestr::Orkestr::small(store),
        };
        world.switches.reads_move = false;
        world
    };
    by_hand::run_with("orkestr_stand_in", ABOUT, "127.0.0.1:5604", vec![addons], world, orkestr::router())
}
