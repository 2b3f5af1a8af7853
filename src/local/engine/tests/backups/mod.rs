//! Backups and what they are for, with a driver whose data is a file.

mod promote;
mod schedules;

use serde_json::Value;

use crate::local::engine::Refusal;

fn refused(result: Result<Value, Refusal>) -> (u16, &'static str, String) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code, refusal.message)
}
