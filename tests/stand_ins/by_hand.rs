//! Running a stand-in by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use clap::{Arg, ArgMatches, Command};

use super::control::HELP;
use super::{Rig, World};

/// Serves until it is interrupted. The world moves one step at each pace: what goes on by itself ends in its time.
pub(crate) fn run_with<W: World>(
    name: &'static str,
    about: &'static str,
    listen: &'static str,
    more: Vec<Arg>,
    world: impl FnOnce(&ArgMatches) -> W,
    router: Router<Arc<Mutex<W>>>,
) -> std::io::Result<()> {
    let listen = Arg::new("listen").long("listen").value_name("ADDRESS").default_value(listen).help("Where it listens");
    let pace = Arg::new("pace")
        .long("pace")
        .value_name("SECONDS")
        .default_value("5")
        .value_parser(clap::value_parser!(u64))
        .help("How long one step of what goes on by itself takes; 0: only POST /__stand_in/advance moves it");
    let given = Command::new(name).about(about).after_help(HELP).arg(listen).arg(pace).args(more).get_matches();
    let (listen, pace) = (given.get_one::<String>("listen").unwrap(), *given.get_one::<u64>("pace").unwrap());
    tokio::runtime::Runtime::new()?.block_on(async {
        let (rig, url) = Rig::on_tcp(listen, world(&given), router).await?;
        println!("{name} listens on {url} (see --help for how to make it misbehave; Ctrl-C ends it)");
        let moving = async {
            if pace == 0 {
                std::future::pending::<()>().await;
            }
            loop {
                tokio::time::sleep(Duration::from_secs(pace)).await;
                rig.world(|world| world.advance(1));
            }
        };
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended,
            () = moving => Ok(()),
        }
    })
}
