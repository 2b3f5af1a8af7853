//! A server that behaves like Heroku, for trying a client without an account: platform and data API on one port.
//!
//! `cargo run --example heroku_stand_in -- --listen 127.0.0.1:5603`, then for the official CLI
//! `HEROKU_HOST=http://127.0.0.1:5603 HEROKU_DATA_HOST=127.0.0.1 HEROKU_API_KEY=any heroku addons`.
//! Any token is accepted but `bad`; the code of the second factor is 123456.

#[path = "../tests/stand_ins/mod.rs"]
mod stand_ins;

use clap::Arg;
use stand_ins::{by_hand, heroku};

const ABOUT: &str = "A stand-in for Heroku: platform API and data API on one port. Any token is accepted but \"bad\"; \
the code of the second factor is 123456 (writes to the app billing want it). POST /__stand_in/world {\"remaining\": N} sets the \
requests that are left, {\"churn\": N} lets N add-ons change with each reading of the list, one go and one come.";

fn main() -> std::io::Result<()> {
    let addons = Arg::new("addons")
        .long("addons")
        .value_name("N")
        .value_parser(clap::value_parser!(u32).range(1..=100_000))
        .help("A world of so many add-ons, with 0.3 apps and 3 attachments each, instead of the small one");
    let world = |given: &clap::ArgMatches| match given
        .get_one::<u32>("addons")
        .and_then(|addons| usize::try_from(*addons).ok())
    {
        Some(addons) => heroku::Heroku::fleet(addons),
        None => heroku::Heroku::small(),
    };
    by_hand::run_with("heroku_stand_in", ABOUT, "127.0.0.1:5603", vec![addons], world, heroku::router())
}
