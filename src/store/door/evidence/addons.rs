//! What the add-ons themselves show.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::{Finding, Sent, cannot_tell, done, find, is_ours, not_seen, others, under_way};
use crate::model::{Addon, CreateAddon, Owner, State};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind};

/// An add-on of the name that we chose.
pub(super) async fn created(reader: &dyn Platform, create: &CreateAddon, sent: Sent<'_>) -> Result<Finding, ReadError> {
    if create.name.is_empty() {
        return made_up(reader, create, sent).await;
    }
    if let (Some(app), true) = (&create.app, reader.words().naming.is_of_the_app()) {
        return Ok(one_of_several(&reader.addons_of(app).await?, create, app, sent));
    }
    let fresh = match reader.addon(&create.name).await {
        Ok(fresh) => fresh,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(not_seen(format!("no add-on called {} was there; it may still come", create.name)));
        }
        Err(error) => return Err(error),
    };
    if let (Owner::App(owner), Some(app)) = (&fresh.value.owner, &create.app)
        && owner != app
    {
        let name = &create.name;
        return Ok(not_seen(format!("there was an add-on called {name}, but it is {owner}'s, so it is not this one")));
    }
    made(reader, fresh, "create", sent).await
}

/// The platform made up the name: one that was not there, of that service and that app, is ours; of two the one that the
/// program named when it was done, if it named one of them alone.
async fn made_up(reader: &dyn Platform, create: &CreateAddon, sent: Sent<'_>) -> Result<Finding, ReadError> {
    let CreateAddon { service, app, .. } = create;
    let (Some(app), Some(_)) = (app, sent.there) else {
        return Ok(cannot_tell(
            "which add-ons there were before we sent is not recorded, and the platform made up the name",
        ));
    };
    let fresh = reader.addons_of(app).await?;
    let is_new =
        |one: &&Addon| one.service == *service && sent.is_new(&one.name, one.created_at, fresh.at) == Some(true);
    let mut new: Vec<&Addon> = fresh.value.iter().filter(is_new).collect();
    let count = new.len();
    if count > 1 {
        let printed = sent.output.map(printed).unwrap_or_default();
        new.retain(|one| others::speaks_of(&printed, &one.name));
    }
    Ok(match new.as_slice() {
        [] if count == 0 => {
            not_seen(format!("{app} had no {service} that was not there before we sent; it may still come"))
        }
        [one] => {
            let how = if count > 1 { ", which the program named" } else { "" };
            let words = format!("{app} has the {service} {}, which was not there before we sent{how}.", one.name);
            under_way(words, Some(&one.key.id), None, !one.state.is_ready())
        }
        _ => cannot_tell(format!(
            "{app} has {count} of {service} that were not there before we sent, and nothing tells which one is ours"
        )),
    })
}

/// The end of what the program printed.
fn printed(output: &Path) -> String {
    const TAIL: u64 = 64 << 10;
    let read = || {
        let mut file = File::open(output)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned())
    };
    // Without it nothing is told apart by it.
    read().unwrap_or_else(|_: std::io::Error| String::new())
}

/// Names are no proof where any number of add-ons may bear one: plan, app and time have to fit, and only one may.
fn one_of_several(fresh: &Fresh<Vec<Addon>>, create: &CreateAddon, app: &str, sent: Sent<'_>) -> Finding {
    let CreateAddon { name, service, plan, .. } = create;
    let what = if plan.is_empty() { service.clone() } else { format!("{service}:{plan}") };
    let owner = Owner::App(app.into());
    let bears_it = |one: &&Addon| one.owner == owner && one.name.eq_ignore_ascii_case(name);
    let fits = |one: &&Addon| one.service == *service && one.plan.as_ref().is_none_or(|told| told == plan);
    let named: Vec<&Addon> = fresh.value.iter().filter(bears_it).collect();
    let may_be: Vec<&&Addon> =
        named.iter().filter(|one| fits(one) && is_ours(one.created_at, sent, fresh.at) != Some(false)).collect();
    match may_be.as_slice() {
        [] if named.is_empty() => not_seen(format!("{app} had no add-on called {name}; it may still come")),
        [] => not_seen(format!(
            "{app} had an add-on called {name}, but of another {} or created before we sent, so it is not this one",
            if plan.is_empty() { "service" } else { "plan" }
        )),
        [one] if one.created_at.is_none() => {
            cannot_tell(format!("{app} had an add-on called {name}, and when it was created is not told"))
        }
        [one] => {
            let words = format!("{app} has one {what} called {name}, created after we sent.");
            under_way(words, Some(&one.key.id), None, !one.state.is_ready())
        }
        several => cannot_tell(format!(
            "{app} had {} of {what} called {name} created since we sent, and nothing tells which one is ours",
            several.len()
        )),
    }
}

/// Judges an add-on that bears the name we chose.
pub(super) async fn made(
    reader: &dyn Platform,
    fresh: Fresh<Addon>,
    kind: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let Fresh { value: addon, at, .. } = fresh;
    let name = &addon.name;
    Ok(match sent.is_new(name, addon.created_at, at) {
        Some(true) => match others::did(reader, kind, &addon.key.id, sent).await? {
            Some(who) => not_seen(format!("there was an add-on called {name}, but {who} made it")),
            None => {
                let words = match addon.created_at {
                    Some(_) => format!("An add-on called {name} exists, created after we sent."),
                    None => format!("An add-on called {name} exists, which was not there before we sent."),
                };
                let work_id = addon.work.filter(|work| work.kind == kind).map(|work| work.id);
                under_way(words, Some(&addon.key.id), work_id, !addon.state.is_ready())
            }
        },
        Some(false) => not_seen(format!(
            "there was an add-on called {name}, but it was created before we sent, so it is not this one"
        )),
        None => cannot_tell(format!("there was an add-on called {name}, and when it was created is not told")),
    })
}

/// Whether it is gone. Once is not believed: a list or a broker that is not well for a moment shows too little.
pub(super) async fn destroyed(
    reader: &dyn Platform,
    addon_id: &str,
    addon: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let is_gone = |row: &Option<Addon>| row.as_ref().is_none_or(|row| row.state == State::Gone);
    let mut row = find(reader, addon_id).await?;
    if is_gone(&row) {
        row = find(reader, addon_id).await?;
        if !is_gone(&row) {
            return Ok(cannot_tell(format!("{addon} was gone at one reading and there at the next")));
        }
    }
    let is_going = is_gone(&row) || row.as_ref().is_some_and(|row| row.state == State::Deprovisioning);
    match row {
        _ if is_going && let Some(who) = others::did(reader, "destroy", addon_id, sent).await? => {
            Ok(not_seen(format!("{who} destroyed {addon}, and nothing shows that we did")))
        }
        Some(row) if row.state == State::Deprovisioning => {
            let work_id = row.work.filter(|work| work.kind == "destroy").map(|work| work.id);
            Ok(under_way(format!("{addon} is being destroyed."), Some(addon_id), work_id, true))
        }
        _ if is_going => Ok(done(format!("{addon} is gone."), Some(addon_id))),
        row => {
            let word = row.map_or_else(String::new, |row| format!(" and {}", row.state.word()));
            Ok(not_seen(format!("{addon} was there{word}; the request may still come")))
        }
    }
}

/// What a change of plan shows where nobody keeps a record of it.
pub(super) fn replanned(row: &Addon, plan: &str) -> Finding {
    let name = &row.name;
    match &row.plan {
        // Some tell the new plan at once, and change it then.
        Some(told) if told == plan => {
            under_way(format!("{name} is on its way to the plan {plan}."), Some(&row.key.id), None, true)
        }
        Some(told) if !row.state.is_transitional() => {
            not_seen(format!("{name} had the plan {told}; the request may still come"))
        }
        _ => cannot_tell(format!("{name} is {}, and to which plan it changes is not told", row.state.word())),
    }
}
