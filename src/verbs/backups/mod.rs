//! `attache backups …`

mod auto;
mod cancel;
mod capture;
mod delete;
mod download;
mod list;
mod restore;
mod schedule;
mod subject;

pub(super) use download::download_to;
pub(super) use list::progress;
pub(super) use subject::by_id;

use super::args::{BackupsAction, BackupsArgs, Switch};
use super::{Context, Failure};

pub(super) async fn run(args: BackupsArgs, context: &Context) -> Result<(), Failure> {
    match args.action {
        None => list::all(args.json, context).await,
        Some(BackupsAction::List { name, json }) => list::of(&name, json, context).await,
        Some(BackupsAction::Capture { name, label, wait, write }) => {
            capture::run(&name, label, wait, &write, context).await
        }
        Some(BackupsAction::Download { name, id, output, force, json }) => {
            let wanted = download::Wanted { output, force, json };
            download::run(&name, &id, &wanted, context).await
        }
        Some(BackupsAction::Cancel { name, id, write }) => cancel::run(&name, &id, &write, context).await,
        Some(BackupsAction::Delete { name, id, write }) => delete::run(&name, &id, &write, context).await,
        Some(BackupsAction::Schedule { name, at, time_zone, off, write }) => match (at, off) {
            (Some(at), _) => schedule::set(&name, &at, time_zone.as_deref(), &write, context).await,
            (None, true) => schedule::end(&name, &write, context).await,
            (None, false) => schedule::show(&name, write.json, context).await,
        },
        Some(BackupsAction::Auto { name, switch, write }) => {
            auto::run(&name, switch == Switch::On, &write, context).await
        }
        Some(BackupsAction::Restore(args)) => restore::run(args, context).await,
    }
}
