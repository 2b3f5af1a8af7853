//! The apps that a command touches, and what they have.

use futures_util::{StreamExt, stream};

use super::not_found;
use crate::model::{Addon, App, Attachment, ConfigVarName, Known};
use crate::platform::{Platform, ReadError};

/// How many apps are read at a time.
const AT_ONCE: usize = 8;

pub(super) async fn existing_app(reader: &dyn Platform, name: &str) -> Result<App, ReadError> {
    find_app(reader, name).await?.map_err(|names| {
        let names =
            if names.is_empty() { "There are none.".into() } else { format!("There are: {}.", names.join(", ")) };
        not_found(format!("There is no app called {name}. {names}"))
    })
}

/// The app with what is told of it, where what a command does may depend on that.
pub(super) async fn where_needed(reader: &dyn Platform, name: &str) -> Result<Option<App>, ReadError> {
    if !reader.words().needs_neighbours {
        return Ok(None);
    }
    existing_app(reader, name).await.map(Some)
}

/// The app of that name, or the names that there are.
pub(super) async fn find_app(reader: &dyn Platform, name: &str) -> Result<Result<App, Vec<String>>, ReadError> {
    let mut apps = reader.apps().await?;
    Ok(match apps.iter().position(|app| app.name == name) {
        Some(index) => Ok(apps.swap_remove(index)),
        None => Err(apps.into_iter().map(|app| app.name.into()).collect()),
    })
}

/// The variable names of each app. An app that we may not read, or that is gone, is left out: its names are not known.
pub(super) async fn variables(
    reader: &dyn Platform,
    apps: impl IntoIterator<Item = String>,
) -> Result<Vec<(String, Vec<ConfigVarName>)>, ReadError> {
    let read = apps.into_iter().map(|app| async move {
        let names = reader.config_var_names(&app).await;
        (app, names)
    });
    let read: Vec<_> = stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
    let mut known = Vec::new();
    for (app, names) in read {
        match names {
            Ok(names) => known.push((app, names)),
            Err(error) => match &error.kind {
                kind if kind.is_denial() => {}
                _ => return Err(error),
            },
        }
    }
    Ok(known)
}

/// The add-ons that the apps have, each once, where what a command does may depend on them. Those of an app that we may not
/// read are left out.
pub(super) async fn neighbours(reader: &dyn Platform, apps: Vec<String>) -> Result<Vec<Addon>, ReadError> {
    if !reader.words().needs_neighbours {
        return Ok(Vec::new());
    }
    let read = apps.iter().map(|app| reader.addons_of(app));
    let read: Vec<_> = stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
    let mut all: Vec<Addon> = Vec::new();
    for addons in read {
        match addons {
            Ok(addons) => addons.value.into_iter().for_each(|addon| join(&mut all, addon)),
            Err(error) if error.kind.is_denial() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// One more row; of one that is known from another app the attachments that were not told there.
fn join(all: &mut Vec<Addon>, addon: Addon) {
    let Some(known) = all.iter_mut().find(|known| known.key == addon.key) else { return all.push(addon) };
    match (&mut known.attachments, addon.attachments) {
        (Known::Is(rows), Known::Is(more)) => {
            let is_new = |one: &Attachment| {
                !rows.iter().any(|row| (&row.id, &row.app, &row.alias) == (&one.id, &one.app, &one.alias))
            };
            let more: Vec<Attachment> = more.into_iter().filter(is_new).collect();
            rows.extend(more);
        }
        (told @ Known::Unknown(_), more @ Known::Is(_)) => *told = more,
        (_, Known::Unknown(_)) => {}
    }
}

/// The add-on that gives an app now what `addon` is to give it: the one that bears the name there, or the app's primary of
/// the same service.
pub(super) fn primary<'a>(neighbours: &'a [Addon], app: &str, name: &str, addon: &Addon) -> Option<&'a Addon> {
    let serves = |one: &&Addon| {
        one.key != addon.key
            && one.attachments.items().iter().any(|row| {
                let is_it = if row.primary.is_some() { one.service == addon.service } else { true };
                row.app == app && is_it && row.is_primary(name)
            })
    };
    neighbours.iter().find(serves)
}
