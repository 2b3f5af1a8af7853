//! What is done to an app itself.

use crate::model::{AppEffect, Change, Known};
use crate::platform::Situation;

pub(super) fn maintenance(app: &str, is_on: bool, situation: &Situation) -> Vec<Change> {
    let Some(row) = &situation.app else {
        return vec![Change::Unknown(format!("{app} was not read, so what this does to it is not known."))];
    };
    let act = row.maintenance_act().map_or_else(String::new, |act| format!(", {act}"));
    match &row.maintenance {
        Known::Is(is) if *is == is_on => {
            let already = if is_on { "in maintenance already" } else { "not in maintenance" };
            vec![Change::Note(format!("{app} is {already}{act}: nothing changes."))]
        }
        Known::Unknown(why) => {
            vec![Change::Unknown(format!("Whether {app} is in maintenance now is not known: {why}."))]
        }
        Known::Is(_) if is_on => vec![
            Change::App {
                app: app.to_owned(),
                effect: AppEffect::Stop,
                detail: "what runs under `attache run` is ended".to_owned(),
            },
            Change::Note(format!(
                "Variables and attachments of {app} stay, and there is no release. Add-ons go on: what else is connected to them can still write."
            )),
        ],
        Known::Is(_) => {
            let since = act.strip_prefix(", ").map_or_else(String::new, |act| format!(" It is in maintenance {act}."));
            vec![
                Change::App {
                    app: app.to_owned(),
                    effect: AppEffect::Start,
                    detail: "what waits under `attache run` is started with its variables as they are then".to_owned(),
                },
                Change::Note(format!("There is no release.{since}")),
            ]
        }
    }
}
