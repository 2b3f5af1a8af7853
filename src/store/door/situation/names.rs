//! Whether a name that we choose is free: that nothing bears it now is what makes it evidence later, should the answer be lost.

use super::refused;
use crate::model::{Addon, Owner};
use crate::platform::{Platform, ReadError, ReadErrorKind};

/// Whether a new add-on may bear it. `app` is the one that will own it, with what it has.
pub(super) async fn is_free(reader: &dyn Platform, name: &str, app: Option<(&str, &[Addon])>) -> Result<(), ReadError> {
    if !reader.words().naming.is_of_the_app() {
        return is_free_everywhere(reader, name).await;
    }
    match app {
        Some((app, addons)) => is_free_at(name, app, addons, None),
        None => Ok(()),
    }
}

/// Whether an add-on that is there may bear it from now on.
pub(super) async fn is_free_for(reader: &dyn Platform, name: &str, addon: &Addon) -> Result<(), ReadError> {
    match &addon.owner {
        Owner::App(app) if reader.words().naming.is_of_the_app() => {
            is_free_at(name, app, &reader.addons_of(app).await?.value, Some(addon))
        }
        _ => is_free_everywhere(reader, name).await,
    }
}

async fn is_free_everywhere(reader: &dyn Platform, name: &str) -> Result<(), ReadError> {
    match reader.addon(name).await {
        Ok(_) => {
            let message = format!("There is an add-on called {name} already. Choose another name.");
            Err(refused(409, "name_taken", message))
        }
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The platform may take it all the same; but then nobody could tell one from the other by its name, and we could not tell
/// which is ours. Some keep names in small letters, so that these do not count.
fn is_free_at(name: &str, app: &str, addons: &[Addon], besides: Option<&Addon>) -> Result<(), ReadError> {
    let is_clash = |one: &Addon| {
        one.owner == Owner::App(app.into())
            && one.name.eq_ignore_ascii_case(name)
            && besides.is_none_or(|addon| addon.key != one.key)
    };
    match addons.iter().find(|one| is_clash(one)) {
        Some(one) => {
            let message = format!("{app} has an add-on called {} already. Choose another name.", one.name);
            Err(refused(409, "name_taken", message))
        }
        None => Ok(()),
    }
}
