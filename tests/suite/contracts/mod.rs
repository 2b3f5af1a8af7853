//! Each adapter against a stand-in server: success, each form of error, paging, 429, slow, cut off; and the door.

mod again;
mod akkeris;
mod around;
mod bytes;
mod door;
mod echoes;
mod evidence;
mod heroku;
mod matrix;
mod orkestr;
mod planning;
mod reads;
mod real;
mod rig;
mod shared;
pub(crate) mod standin;
mod told;
mod undo;
mod watasu;
mod ways;
mod writes;

use std::time::Duration;

use attache::config::Profile;
use attache::platform::{Connection, Settings, connect};

/// Limits that make a test of a time-out short.
fn settings() -> Settings {
    Settings {
        connect_timeout: Duration::from_millis(2000),
        read_timeout: Duration::from_millis(2000),
        read_overall: Duration::from_millis(5000),
        write_overall: Duration::from_millis(5000),
        backoff: Duration::from_millis(1),
        backoff_limit: Duration::from_millis(5),
        ..Settings::default()
    }
}

/// The same, with little patience for a server that hangs.
fn impatient() -> Settings {
    Settings {
        read_timeout: Duration::from_millis(150),
        read_overall: Duration::from_millis(400),
        write_overall: Duration::from_millis(150),
        ..settings()
    }
}

fn connection(profile: &Profile) -> Connection {
    connect(profile, settings()).unwrap()
}
