//! What is done to one add-on, or to one backup.

use axum::extract::{Path, State};
use serde::Deserialize;

use super::{Answer, Sent, SentAlone, Shared, parse, write};
use crate::local::engine::rules::{Change, NewCopy, NewPromotion, NewRestore, NewSchedule};
use crate::local::engine::{Refusal, Write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    addon: ChangeFields,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFields {
    name: Option<String>,
    plan: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleBody {
    schedule: NewSchedule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PromotionBody {
    promotion: NewPromotion,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoreBody {
    restore: NewRestore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CopyBody {
    backup: NewCopy,
}

/// A body is needed for a label alone.
pub(in super::super) async fn back_up(State(api): Shared, Path(addon): Path<String>, sent: Sent) -> Answer {
    let copy = if sent.body.is_empty() { NewCopy::default() } else { parse::<CopyBody>(&sent.body)?.backup };
    write(&api, sent, Write::BackUp(addon, copy)).await
}

pub(in super::super) async fn change(State(api): Shared, Path(addon): Path<String>, sent: Sent) -> Answer {
    let change = match parse::<ChangeBody>(&sent.body)?.addon {
        ChangeFields { name: Some(name), plan: None } => Change::Name(name),
        ChangeFields { name: None, plan: Some(plan) } => Change::Plan(plan),
        _ => {
            let message = "An add-on gets either another name or another plan: name exactly one of the two.";
            return Err(Refusal::invalid("invalid_field", message));
        }
    };
    write(&api, sent, Write::ChangeAddon(addon, change)).await
}

pub(in super::super) async fn schedule(State(api): Shared, Path(addon): Path<String>, sent: Sent) -> Answer {
    let ScheduleBody { schedule } = parse(&sent.body)?;
    write(&api, sent, Write::ScheduleBackups(addon, Some(schedule))).await
}

pub(in super::super) async fn promote(State(api): Shared, Path(addon): Path<String>, sent: Sent) -> Answer {
    let PromotionBody { promotion } = parse(&sent.body)?;
    write(&api, sent, Write::Promote(addon, promotion)).await
}

pub(in super::super) async fn restore(State(api): Shared, Path(backup): Path<String>, sent: Sent) -> Answer {
    let RestoreBody { restore } = parse(&sent.body)?;
    write(&api, sent, Write::Restore(backup, restore)).await
}

macro_rules! without_a_body {
    ($($handler:ident => $write:expr,)*) => {
        $(pub(in super::super) async fn $handler(
            State(api): Shared,
            Path(subject): Path<String>,
            SentAlone(sent): SentAlone,
        ) -> Answer {
            let what: fn(String) -> Write = $write;
            write(&api, sent, what(subject)).await
        })*
    };
}

without_a_body! {
    delete_backup => Write::DeleteBackup,
    unschedule => |addon| Write::ScheduleBackups(addon, None),
    rotate => Write::Rotate,
    restart => Write::Restart,
    sleep => Write::Sleep,
    wake => Write::Wake,
}
