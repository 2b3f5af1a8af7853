//! Which database is meant, by whatever of it is known at 3 a.m.

use crate::model::Addon;
use crate::platform::Platform;
use crate::verbs::find::{all_addons, there_are};
use crate::verbs::{Exit, Failure};

/// What was found.
pub(super) struct Target {
    pub(super) addon: Addon,
    /// The app by which it was named, if it was.
    pub(super) app: Option<String>,
}

/// The add-on of that name or id, or the one behind `APP/VARIABLE`, `APP/ALIAS`, an alias, an app or an address.
///
/// # Errors
/// When the platform can't be read, nothing is found, or several are: nothing is guessed.
pub(super) async fn find(reader: &dyn Platform, said: &str) -> Result<Target, Failure> {
    let addons = all_addons(reader).await?;
    if let Some(addon) = addons.iter().find(|addon| addon.name == said || addon.key.id == said) {
        return Ok(Target { addon: addon.clone(), app: None });
    }
    if let Some((app, rest)) = said.split_once('/') {
        return behind(reader, addons, app, rest).await;
    }
    let of_alias = |addon: &&Addon| addon.attachments.items().iter().any(|one| one.alias.as_deref() == Some(said));
    let of_app = |addon: &&Addon| addon.attachments.items().iter().any(|one| one.app == said);
    let at = |addon: &&Addon| {
        let endpoint = addon.endpoint.as_ref();
        endpoint.is_some_and(|endpoint| endpoint.host == said || format!("{}:{}", endpoint.host, endpoint.port) == said)
    };
    let found = [
        addons.iter().filter(of_alias).collect::<Vec<_>>(),
        addons.iter().filter(of_app).collect(),
        addons.iter().filter(at).collect(),
    ];
    let is_app = found[0].is_empty() && !found[1].is_empty();
    match found.into_iter().find(|found| !found.is_empty()) {
        Some(found) => only(said, &found, is_app.then(|| said.to_owned())),
        None => {
            let names = there_are(addons.iter().map(|addon| addon.name.as_str()));
            let ways = "a name, APP/VARIABLE, APP/ALIAS, an alias, an app or HOST:PORT";
            Err(Failure::new(Exit::Failed, format!("Nothing here is called {said:?} ({ways}). Of add-ons {names}.")))
        }
    }
}

/// The add-on that gives an app this variable, or that the app has under this alias.
async fn behind(reader: &dyn Platform, addons: Vec<Addon>, app: &str, rest: &str) -> Result<Target, Failure> {
    let names = reader.config_var_names(app).await?;
    let variable = names.iter().find(|variable| variable.name == rest);
    if let Some(variable) = variable
        && variable.addon.is_none()
    {
        let message = format!("{rest} is a variable of {app}'s own: no add-on gives it.");
        return Err(Failure::new(Exit::Failed, message));
    }
    let giver = variable.and_then(|variable| variable.addon.as_deref());
    let is_meant = |addon: &&Addon| match giver {
        Some(giver) => addon.name == giver,
        None => addon.attachments.items().iter().any(|one| one.app == app && one.alias.as_deref() == Some(rest)),
    };
    let found: Vec<&Addon> = addons.iter().filter(is_meant).collect();
    if found.is_empty() {
        let known = there_are(names.iter().filter(|one| one.addon.is_some()).map(|one| one.name.as_str()));
        let message = format!("{app} has no variable and no alias {rest:?} that comes from an add-on; {known}.");
        return Err(Failure::new(Exit::Failed, message));
    }
    only(&format!("{app}/{rest}"), &found, Some(app.to_owned()))
}

fn only(said: &str, found: &[&Addon], app: Option<String>) -> Result<Target, Failure> {
    match found {
        [one] => Ok(Target { addon: (*one).clone(), app }),
        several => {
            let names: Vec<&str> = several.iter().map(|addon| addon.name.as_str()).collect();
            let message = format!("{said} may be any of {}: name one of them.", names.join(", "));
            Err(Failure::new(Exit::Usage, message))
        }
    }
}
