//! What a restore may consist of, read live.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::AT_ONCE;
use crate::model::{
    Addon, Backup, Capability, Change, Command, CreateAddon, Known, Owner, Release, RestoreBackup, RestoreGoal,
    RestorePlan, Verb, Way, WayOffer,
};
use crate::platform::{Connection, Platform, ReadError, ReadErrorKind, RestoreFacts};
use crate::store::door::situation;

/// Which restore is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreWish {
    /// The native id of the add-on whose data is lost; `None` for a backup of one that is gone, or of an uploaded file.
    pub addon_id: Option<String>,
    /// The backup that was picked.
    pub backup_id: String,
    /// The last moment at which the data was good, if it was said.
    pub good_moment: Option<Timestamp>,
    /// The name of the replacement.
    pub replacement: String,
    /// The plan of the replacement; that of the add-on where none is named.
    pub plan: Option<String>,
    /// The team of the replacement, where there is no add-on to tell it.
    pub team: Option<String>,
    /// Where a downloaded backup would go, as an absolute path.
    pub file: PathBuf,
    /// Where the data is to go; the first way that there is where none is named.
    pub way: Option<Way>,
}

/// Reads live what a restore may consist of, and what it will and won't do.
///
/// # Errors
/// When the platform can't be read, can't restore in that way, or add-on or backup are not there.
pub async fn plan_restore(connection: &Connection, wish: &RestoreWish) -> Result<RestorePlan, ReadError> {
    let reader = connection.reader.as_ref();
    let addon = match &wish.addon_id {
        Some(id) => source(reader, id).await?,
        None => None,
    };
    let ways = ways(reader, addon.as_ref(), wish);
    let way = wish.way.or_else(|| ways.iter().find(|offer| offer.cannot.is_none()).map(|offer| offer.way));
    let way = way.unwrap_or_default();
    if let Some(why) = ways.iter().find(|offer| offer.way == way).and_then(|offer| offer.cannot.as_ref()) {
        return Err(ReadError::unsupported(why));
    }
    let restore = match &addon {
        Some(addon) => beside(addon, wish, way)?,
        // Its backups outlive an add-on: what one of them is made of is told by itself.
        None => from_backup(&reader.backup(&wish.backup_id).await?.value, wish)?,
    };
    let (command, make) = main_command(reader, addon.as_ref(), wish, way, &restore);
    let apps = addon.as_ref().map_or_else(Vec::new, Addon::app_names);
    let ((mut situation, at), releases) =
        tokio::try_join!(situation::read(reader, &command), async { Ok(releases(reader, apps).await) })?;
    let effects = reader.effects(&command, &situation);
    if let Some(why) = effects.refusal() {
        return Err(ReadError::unsupported(why));
    }
    if situation.backup.is_none() {
        situation.backup = Some(reader.backup(&wish.backup_id).await?.value);
    }
    if let (None, Some(addon)) = (&situation.backups, &addon) {
        situation.backups = situation::backups_of(reader, &addon.key.id).await?;
    }
    let Some(backup) = &situation.backup else {
        return Err(ReadError::unsupported(&format!("Backup {} could not be read.", wish.backup_id)));
    };
    let facts = RestoreFacts {
        addon: addon.as_ref(),
        backup,
        backups: situation.backups.as_ref(),
        releases: &releases,
        good_moment: wish.good_moment,
        restore: &restore,
        way,
        make: make.as_ref(),
        file: &wish.file,
        at,
    };
    let offers = reader.restore_offers(&facts);
    let is_fork = way == Way::Fork;
    let goal = RestoreGoal {
        addon_id: wish.addon_id.clone().or_else(|| backup.addon_id.clone()).unwrap_or_default(),
        addon: restore.of.clone().unwrap_or_else(|| "an uploaded file".to_owned()),
        backup_id: Some(backup.id.clone()).filter(|_| !is_fork),
        backup_started_at: if is_fork { wish.good_moment } else { backup.started_at },
        backup_size: backup.size.filter(|_| !is_fork),
        good_moment: wish.good_moment,
        replacement: restore.name.clone(),
        way,
    };
    let mut plan = RestorePlan { goal, ways, offers, does: Vec::new(), leaves: Vec::new(), at };
    if way == Way::InPlace {
        plan.does.push(format!(
            "The data of {0} is replaced where it is: no app is switched over, and none can be moved back.",
            restore.name
        ));
        plan.leaves.push(format!(
            "What is in {} now comes back only from a copy that was taken before: restore that one then.",
            restore.name
        ));
    }
    for change in effects.changes {
        match change {
            Change::Note(text) => plan.leaves.push(text),
            Change::Adds(text) | Change::Disturbs(text) => plan.does.push(text),
            Change::LosesData(text) if way == Way::InPlace => plan.does.push(text),
            _ => {}
        }
    }
    Ok(plan)
}

/// The ways that a restore may go on this platform, and why one can't be gone with this add-on.
fn ways(reader: &dyn Platform, addon: Option<&Addon>, wish: &RestoreWish) -> Vec<WayOffer> {
    let cannot = |verb: Verb| {
        let reason = reader.capability(verb).reason().map(str::to_owned);
        reason.or_else(|| addon?.cannot(verb).map(str::to_owned))
    };
    let gone =
        || addon.is_none().then(|| "The add-on is gone: there is nothing of it left to do that with.".to_owned());
    let replacement = cannot(Verb::Restore).and_then(|reason| {
        // Where no command makes one of a backup, several may.
        let composed = gone().or_else(|| cannot(Verb::Create)).or_else(|| cannot(Verb::RestoreInto));
        match (composed, reader.restores_into_others()) {
            (None, Capability::Can) => None,
            (None, Capability::Cannot(_)) | (Some(_), _) => Some(reason),
        }
    });
    let in_place = gone().or_else(|| cannot(Verb::RestoreInto));
    let fork = gone().or_else(|| cannot(Verb::PointInTime)).or_else(|| cannot(Verb::Create)).or_else(|| {
        let why = "Say when the data was good last: a fork is made of that moment.";
        wish.good_moment.is_none().then(|| why.to_owned())
    });
    [(Way::Replacement, replacement), (Way::InPlace, in_place), (Way::Fork, fork)]
        .into_iter()
        .map(|(way, cannot)| WayOffer { way, cannot })
        .collect()
}

/// The command on which it turns, and what is made first where that makes an add-on without data.
fn main_command(
    reader: &dyn Platform,
    addon: Option<&Addon>,
    wish: &RestoreWish,
    way: Way,
    restore: &RestoreBackup,
) -> (Command, Option<CreateAddon>) {
    let make = |addon: &Addon, options| CreateAddon {
        name: restore.name.clone(),
        team: restore.team.clone(),
        service: restore.service.clone(),
        plan: restore.plan.clone(),
        app: match &addon.owner {
            Owner::App(app) => Some(app.to_string()),
            Owner::Team(_) => None,
        },
        alias: None,
        options,
        confirm: None,
    };
    let is_made_of_backup = reader.capability(Verb::Restore) == Capability::Can
        && addon.is_none_or(|one| one.cannot(Verb::Restore).is_none());
    let make = match (way, addon, wish.good_moment) {
        (Way::InPlace, Some(addon), _) => {
            let command = Command::RestoreInto {
                backup_id: wish.backup_id.clone(),
                of: restore.of.clone(),
                addon_id: addon.key.id.to_string(),
                addon: addon.name.to_string(),
            };
            return (command, None);
        }
        (Way::Fork, Some(addon), Some(at)) => make(addon, reader.fork_options(addon, at)),
        (Way::Replacement, Some(addon), _) if !is_made_of_backup => make(addon, BTreeMap::new()),
        _ => return (Command::Restore(restore.clone()), None),
    };
    (Command::CreateAddon(make.clone()), Some(make))
}

/// The add-on whose data is lost; nothing where its own read says that it is gone.
async fn source(reader: &dyn Platform, id: &str) -> Result<Option<Addon>, ReadError> {
    match reader.addon(id).await {
        Ok(fresh) => Ok(Some(fresh.value)),
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What makes the replacement of an add-on that is there.
fn beside(addon: &Addon, wish: &RestoreWish, way: Way) -> Result<RestoreBackup, ReadError> {
    let is_in_place = way == Way::InPlace;
    let plan = wish.plan.clone().filter(|_| !is_in_place).or_else(|| addon.plan.clone().map(Into::into));
    // Nothing is made in place, so that its plan matters to nobody.
    let plan = plan.or_else(|| is_in_place.then(String::new)).ok_or_else(|| no_plan(&addon.name))?;
    Ok(RestoreBackup {
        backup_id: wish.backup_id.clone(),
        of: Some(addon.name.to_string()),
        name: if is_in_place { addon.name.to_string() } else { wish.replacement.clone() },
        team: addon.team.clone().map(Into::into),
        service: addon.service.to_string(),
        plan,
    })
}

/// What makes a new add-on of a backup alone.
fn from_backup(backup: &Backup, wish: &RestoreWish) -> Result<RestoreBackup, ReadError> {
    let Backup { id, addon, service, plan, .. } = backup;
    let service = service.clone().ok_or_else(|| {
        ReadError::unsupported(&format!(
            "The platform does not tell of which service backup {id} is: it can't be restored here."
        ))
    })?;
    Ok(RestoreBackup {
        backup_id: id.clone(),
        of: addon.clone(),
        name: wish.replacement.clone(),
        team: wish.team.clone(),
        service,
        plan: wish.plan.clone().or_else(|| plan.clone()).ok_or_else(|| no_plan(&format!("backup {id}")))?,
    })
}

fn no_plan(of: &str) -> ReadError {
    ReadError::unsupported(&format!("The platform does not tell the plan of {of}: name one."))
}

/// The releases of each app, newest first, or why they can't be told.
async fn releases(reader: &dyn Platform, apps: impl IntoIterator<Item = String>) -> Vec<(String, Known<Vec<Release>>)> {
    let read = apps.into_iter().map(|app| async move {
        let releases = match reader.releases(&app).await {
            Ok(releases) => Known::Is(releases),
            Err(error) => Known::Unknown(error.message.into()),
        };
        (app, releases)
    });
    stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}
