//! A new state from what was found, in a file of its own.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde_json::Value;

use super::found::{Found, FoundAddon};
use crate::local::db::addons::{self, AddonRow, AddonState};
use crate::local::db::events::{self, Status};
use crate::local::db::{DbError, apps, attachments, backups, now, ports, releases, set_meta};
use crate::local::engine::SEEDED;
use crate::local::engine::snapshot::{Columns, Snapshot, put_back};
use crate::model::Origin;

const STEP: &str = "recover";
const BY: &str = "attache";

/// What came back, for people.
#[derive(Debug, Default)]
pub(super) struct Rebuilt {
    /// Each add-on: name, service, state and why.
    pub(super) addons: Vec<(String, String, AddonState, Option<String>)>,
    /// How many backups.
    pub(super) backups: usize,
    /// Names of apps.
    pub(super) apps: Vec<String>,
    /// How many attachments and schedules.
    pub(super) attachments: usize,
    pub(super) schedules: usize,
    /// What did not come back, as sentences.
    pub(super) lost: Vec<String>,
}

/// Fills an empty state, all or nothing.
pub(super) fn fill(connection: &mut Connection, found: &Found) -> Result<Rebuilt, DbError> {
    let state = connection.transaction()?;
    let mut rebuilt = Rebuilt::default();
    let snapshot = found.snapshot.as_ref();
    let rows = |table: &str| snapshot.map_or(&[][..], |snapshot| snapshot.rows(table));
    let mut put = |table: &str, row: &Columns, what: &str| match put_back(&state, table, row) {
        Ok(()) => true,
        Err(error) => {
            rebuilt.lost.push(format!("{what} did not come back: {error}"));
            false
        }
    };
    for row in rows("teams") {
        put("teams", row, &format!("The team {}", text(row, "name")));
    }
    let mut apps = Vec::new();
    for row in rows("apps") {
        if put("apps", row, &format!("The app {}", text(row, "name"))) {
            apps.push((text(row, "id").to_owned(), text(row, "name").to_owned()));
        }
    }
    // An app's running number goes on where it was, as far as that is known.
    for row in rows("releases") {
        put("releases", row, "The number of an app's last release");
    }
    let teams = teams(&state, found)?;
    let known = known_addons(snapshot);
    for addon in &found.addons {
        let row = row_of(addon, &known);
        // The row's team was made above.
        let Some(team) = teams.get(&row.team) else { continue };
        addons::insert_whole(&state, &row, team)?;
        if row.settings.port != 0 && !ports::claim(&state, row.settings.port, &row.id)? {
            rebuilt.lost.push(format!(
                "The port {} of {} belongs to another add-on too: it gets another one when it starts.",
                row.settings.port, row.name
            ));
        }
        let why = row.state_reason.as_deref().unwrap_or("Its server is looked for at the next start.");
        let message = format!("The platform's state was lost. This add-on came back from its manifest. {why}");
        events::insert(&state, &row.id, STEP, Status::Note, &message, &[])?;
        rebuilt.addons.push((row.name, row.service, row.state, row.state_reason));
    }
    let mut put = |table: &str, row: &Columns, what: &str| match put_back(&state, table, row) {
        Ok(()) => true,
        Err(_) => {
            rebuilt.lost.push(format!("{what} did not come back, because what it belongs to is not there."));
            false
        }
    };
    let ids: BTreeSet<&str> = found.addons.iter().map(|addon| addon.manifest.id.as_str()).collect();
    let of_living = |row: &&Columns| ids.contains(text(row, "addon_id"));
    let (mut attached, mut schedules) = (0, 0);
    for row in rows("attachments").iter().filter(of_living) {
        attached += usize::from(put("attachments", row, "An attachment"));
    }
    // Those whose add-on was still being made: nobody else would give its variables to the app.
    let of_ready = "UPDATE attachments SET released = 1 WHERE addon_id IN (SELECT id FROM addons WHERE provisioned)";
    state.execute(of_ready, [])?;
    for row in rows("schedules").iter().filter(of_living) {
        schedules += usize::from(put("schedules", row, "A daily backup"));
    }
    // The ports of services that have one for all; those of add-ons came from their manifests.
    for row in rows("ports").iter().filter(|row| !text(row, "owner").starts_with("add_")) {
        put("ports", row, &format!("The port of {}", text(row, "owner")));
    }
    let gone = rows("addons").iter().filter(|row| !ids.contains(text(row, "id"))).count();
    if gone > 0 {
        let them = if gone == 1 { "One add-on that was" } else { "Some add-ons that were" };
        rebuilt.lost.push(format!(
            "{them} in the old state {} no folder any more ({gone}).",
            if gone == 1 { "has" } else { "have" }
        ));
    }
    for backup in &found.backups {
        backups::insert_whole(&state, backup)?;
    }
    // A manifest beside a backup has the name of its time; the add-on may have another one since.
    let renamed = "UPDATE backups SET addon = (SELECT name FROM addons WHERE id = backups.addon_id)
                   WHERE addon_id IN (SELECT id FROM addons)";
    state.execute(renamed, [])?;
    for (id, name) in apps {
        if releases::newest(&state, &id)?.is_some() || !attachments::of_app(&state, &id)?.is_empty() {
            releases::insert(&state, &id, "The platform's state was recovered", BY)?;
        }
        rebuilt.apps.push(name);
    }
    rebuilt.backups = found.backups.len();
    (rebuilt.attachments, rebuilt.schedules) = (attached, schedules);
    set_meta(&state, SEEDED, &now())?;
    set_meta(&state, "recovered", &now())?;
    state.commit()?;
    Ok(rebuilt)
}

/// The id of each team by its name; those that only manifests name are made.
fn teams(state: &Connection, found: &Found) -> Result<BTreeMap<String, String>, DbError> {
    let mut known: BTreeMap<String, String> =
        apps::teams(state)?.into_iter().map(|team| (team.name, team.id)).collect();
    let of_addons = found.addons.iter().map(|addon| addon.manifest.team.as_str());
    let of_backups = found.backups.iter().map(|backup| backup.team.as_str());
    let named: BTreeSet<&str> = of_addons.chain(of_backups).collect();
    for name in named {
        if !known.contains_key(name) {
            known.insert(name.to_owned(), apps::insert_team(state, name)?.id);
        }
    }
    if known.is_empty() {
        // Nothing can be made without one.
        apps::insert_team(state, "sandbox")?;
    }
    Ok(known)
}

/// What the snapshot knew of an add-on.
struct Known {
    state: String,
    provisioned: bool,
    restored_from: Option<Origin>,
}

fn known_addons(snapshot: Option<&Snapshot>) -> BTreeMap<&str, Known> {
    let rows = snapshot.map_or(&[][..], |snapshot| snapshot.rows("addons"));
    rows.iter()
        .map(|row| {
            let origin = row.get("restored_from").and_then(Value::as_str);
            let known = Known {
                state: text(row, "state").to_owned(),
                provisioned: row.get("provisioned").and_then(Value::as_i64) == Some(1),
                restored_from: origin.and_then(|origin| serde_json::from_str(origin).ok()),
            };
            (text(row, "id"), known)
        })
        .collect()
}

fn row_of(addon: &FoundAddon, known: &BTreeMap<&str, Known>) -> AddonRow {
    let FoundAddon { manifest, missing } = addon;
    let known = known.get(manifest.id.as_str());
    let is_state =
        |states: &[AddonState]| known.is_some_and(|known| states.iter().any(|one| one.word() == known.state));
    let failed = |why: &str| (AddonState::Failed, Some(format!("{STEP}: {why}")), false);
    let (state, state_reason, provisioned) = if let Some(missing) = missing {
        failed(&format!("{missing}. What is there was left as it is. Restore a backup, and destroy this add-on."))
    } else if is_state(&[AddonState::Deprovisioning]) {
        failed("It was being destroyed when the platform's state was lost. Destroy it again.")
    } else if is_state(&[AddonState::Restoring]) {
        // Half of a backup must not pass for a replacement.
        failed("It was being restored when the platform's state was lost. Destroy it and restore it again.")
    } else if is_state(&[AddonState::Failed]) && known.is_some_and(|known| !known.provisioned) {
        failed("It could not be made before the platform's state was lost. Destroy it and create it again.")
    } else if is_state(&[AddonState::Requested, AddonState::Provisioning, AddonState::Updating]) {
        // The snapshot may be older than the data: nothing that may be somebody's is called failed because of it.
        let why =
            "It was being made or changed when the platform's state was lost: look whether it is as it should be.";
        (AddonState::Ready, Some(why.to_owned()), true)
    } else {
        (AddonState::Ready, None, true)
    };
    AddonRow {
        seq: 0,
        id: manifest.id.clone(),
        name: manifest.name.clone(),
        team: manifest.team.clone(),
        service: manifest.service.clone(),
        plan: manifest.plan.clone(),
        state,
        state_reason,
        provisioned,
        settings: manifest.settings.clone(),
        restored_from: known.and_then(|known| known.restored_from.clone()),
        created_at: manifest.created_at.clone(),
        updated_at: now(),
    }
}

fn text<'a>(row: &'a Columns, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}
