//! What the add-ons themselves show.

use super::{Finding, Sent, cannot_tell, done, find, is_ours, not_seen, others, under_way};
use crate::model::{Addon, CreateAddon, Owner, State};
use crate::platform::{Fresh, Platform, ReadError, ReadErrorKind};

/// An add-on of the name that we chose.
pub(super) async fn created(reader: &dyn Platform, create: &CreateAddon, sent: Sent<'_>) -> Result<Finding, ReadError> {
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

/// Names are no proof where any number of add-ons may bear one: plan, app and time have to fit, and only one may.
fn one_of_several(fresh: &Fresh<Vec<Addon>>, create: &CreateAddon, app: &str, sent: Sent<'_>) -> Finding {
    let CreateAddon { name, service, plan, .. } = create;
    let owner = Owner::App(app.to_owned());
    let bears_it = |one: &&Addon| one.owner == owner && one.name.eq_ignore_ascii_case(name);
    let fits = |one: &&Addon| one.service == *service && one.plan.as_ref().is_none_or(|told| told == plan);
    let named: Vec<&Addon> = fresh.value.iter().filter(bears_it).collect();
    let may_be: Vec<&&Addon> =
        named.iter().filter(|one| fits(one) && is_ours(one.created_at, sent, fresh.at) != Some(false)).collect();
    match may_be.as_slice() {
        [] if named.is_empty() => not_seen(format!("{app} had no add-on called {name}; it may still come")),
        [] => not_seen(format!(
            "{app} had an add-on called {name}, but of another plan or created before we sent, so it is not this one"
        )),
        [one] if one.created_at.is_none() => {
            cannot_tell(format!("{app} had an add-on called {name}, and when it was created is not told"))
        }
        [one] => {
            let words = format!("{app} has one {service}:{plan} called {name}, created after we sent.");
            under_way(words, Some(&one.key.id), None, !one.state.is_ready())
        }
        several => cannot_tell(format!(
            "{app} had {} of {service}:{plan} called {name} created since we sent, and nothing tells which one is ours",
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
    Ok(match is_ours(addon.created_at, sent, at) {
        Some(true) => match others::did(reader, kind, &addon.key.id, sent).await? {
            Some(who) => not_seen(format!("there was an add-on called {name}, but {who} made it")),
            None => {
                let words = format!("An add-on called {name} exists, created after we sent.");
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
