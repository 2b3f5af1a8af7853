//! Backups, restores and copies of the data API: kept under the app that owns the database.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::client::Asked;
use super::core::{Core, Place};
use super::data::map;
use super::data::whose::{Moves, Whose};
use super::data::wire::{PublicUrl, Schedule, Source, Transfer};
use super::map::release;
use super::pages;
use super::services::{self, Kind};
use super::{MANNERS, transfer_id, wire};
use crate::model::{Backup, Backups, Text, Verb, Work};
use crate::platform::http::{Http, Opened, refused_read};
use crate::platform::{Download, Fresh, ReadError, ReadErrorKind};

/// How many apps are asked at a time.
const AT_ONCE: usize = 8;
/// For how long it is believed what releases told of names.
const KEPT: Duration = Duration::from_secs(300);
/// The releases that are looked through for moved names.
const NEWEST: HeaderValue = HeaderValue::from_static("version ..; max=1000, order=desc");
/// What is missing without the data API.
const BACKUPS: &str = "backups";

fn not_found(message: String) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, message)
}

impl Core {
    async fn transfers(&self, app: &str) -> Result<Fresh<Vec<Transfer>>, ReadError> {
        self.data.one(&["client", "v11", "apps", app, "transfers"], &[], BACKUPS).await
    }

    /// The schedules of a database.
    pub(super) async fn schedules(&self, addon_id: &str) -> Result<Vec<Schedule>, ReadError> {
        let path = ["client", "v11", "databases", addon_id, "transfer-schedules"];
        self.data.one(&path, &[], BACKUPS).await.map(|fresh| fresh.value)
    }

    /// Where an add-on is whose service and plan have that.
    pub(super) async fn place_for(&self, addon_id: &str, verb: Verb) -> Result<Arc<Place>, ReadError> {
        let place = self.place(addon_id).await?;
        match services::cannot(place.kind(), place.plan.as_deref()).into_iter().find(|(one, _)| *one == verb) {
            Some((_, why)) => Err(ReadError::unsupported(&why)),
            None => Ok(place),
        }
    }

    pub(super) async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError> {
        let place = self.place_for(addon_id, Verb::ListBackups).await?;
        let (places, transfers, schedules) =
            tokio::try_join!(self.places(), self.transfers(&place.app), self.schedules(addon_id))?;
        let whose = self.whose(&place.app, &places, &transfers.value).await;
        Ok(map::backups(&transfers.value, &schedules, &place, &whose))
    }

    /// The apps that own a database.
    async fn apps_with_databases(&self) -> Result<(Vec<Arc<Place>>, Vec<Text>), ReadError> {
        let places = self.places().await?;
        let is_classic = |place: &&Arc<Place>| place.kind() == Kind::Postgres && !place.app.is_empty();
        let mut apps: Vec<Text> = places.iter().filter(is_classic).map(|place| place.app.clone()).collect();
        apps.sort_unstable();
        apps.dedup();
        Ok((places, apps))
    }

    /// Whose the transfers of an app are. Where the attachments alone don't tell, its releases are read, too: what they tell of
    /// the past does not change, so they are kept for a while.
    async fn whose<'a>(&self, app: &'a str, places: &'a [Arc<Place>], transfers: &[Transfer]) -> Whose<'a> {
        let known = self.moves_of(app);
        let whose = Whose::new(app, places, known.as_ref().map(|(_, moves)| moves.clone()).unwrap_or_default());
        let is_fresh = known.is_some_and(|(at, _)| at.elapsed() < KEPT);
        if is_fresh || transfers.iter().all(|transfer| whose.of(transfer).is_some()) {
            return whose;
        }
        let path = ["apps", app, "releases"];
        let asked =
            Asked { path: &path, headers: &[], range: NEWEST, what: "releases", is_whole: false, is_kept: false };
        // What they don't tell stays unknown.
        let Ok(fresh) = pages::fresh::<wire::Release>(&self.http, &asked).await else { return whose };
        let releases: Vec<_> = fresh.value.into_iter().map(release).collect();
        let moves = Arc::new(Moves::of(&releases));
        self.keep_moves(app, moves.clone());
        Whose::new(app, places, moves)
    }

    /// What all transfers of all apps are, one request for each app that owns a database.
    async fn of_all<T>(&self, map: impl Fn(&Transfer, &Whose<'_>) -> Option<T>) -> Result<Vec<T>, ReadError> {
        let (places, apps) = self.apps_with_databases().await?;
        let reads: Vec<_> = apps.into_iter().map(|app| self.transfers_of_one(app)).collect();
        let read: Vec<(Text, Vec<Transfer>)> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let mut rows = Vec::new();
        for (app, transfers) in &read {
            let whose = self.whose(app, &places, transfers).await;
            rows.extend(transfers.iter().filter_map(|transfer| map(transfer, &whose)));
        }
        Ok(rows)
    }

    /// An app that is gone, or not ours to ask, has none.
    async fn transfers_of_one(&self, app: Text) -> Result<(Text, Vec<Transfer>), ReadError> {
        match self.transfers(&app).await {
            Ok(fresh) => Ok((app, fresh.value)),
            Err(error) if matches!(error.kind, ReadErrorKind::NotFound | ReadErrorKind::Forbidden) => {
                Ok((app, Vec::new()))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        let backup =
            |transfer: &Transfer, whose: &Whose<'_>| transfer.is_backup().then(|| map::backup(transfer, whose));
        let mut all = self.of_all(backup).await?;
        all.sort_by_key(|backup| std::cmp::Reverse(backup.started_at));
        Ok(all)
    }

    /// Of one database, or of all, newest first.
    pub(super) async fn works(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        let (mut works, at) = match addon_id {
            Some(id) => {
                let place = self.place(id).await?;
                if place.kind() != Kind::Postgres {
                    return Ok(Fresh { value: Vec::new(), at: jiff::Timestamp::now(), etag: None });
                }
                let (places, transfers) = tokio::try_join!(self.places(), self.transfers(&place.app))?;
                let whose = self.whose(&place.app, &places, &transfers.value).await;
                let works = transfers.value.iter().map(|transfer| map::work(transfer, &whose));
                // One of which it is not known whose it is may be of this one: it is not left out, so that nothing is thought
                // not to have happened that did.
                let may_be = |work: &Work| work.addon_id.as_deref().is_none_or(|of| of == id);
                (works.filter(may_be).collect(), transfers.at)
            }
            None => (self.of_all(|transfer, whose| Some(map::work(transfer, whose))).await?, jiff::Timestamp::now()),
        };
        works.sort_by_key(|work| std::cmp::Reverse(work.created_at));
        Ok(Fresh { value: works, at, etag: None })
    }

    async fn transfer(&self, id: &str, query: &[(&str, &str)]) -> Result<(String, Fresh<Transfer>), ReadError> {
        let (app, number) = transfer_id::parse(id).map_err(not_found)?;
        let number = number.to_string();
        let path = ["client", "v11", "apps", app, "transfers", &number];
        let fresh = self.data.one(&path, query, BACKUPS).await?;
        Ok((app.to_owned(), fresh))
    }

    pub(super) async fn backup(&self, id: &str) -> Result<Fresh<Backup>, ReadError> {
        let ((app, fresh), places) = tokio::try_join!(self.transfer(id, &[]), self.places())?;
        let Fresh { value, at, etag } = fresh;
        if !value.is_backup() {
            return Err(not_found(format!("{} is no backup.", crate::model::printable(id))));
        }
        let whose = self.whose(&app, &places, std::slice::from_ref(&value)).await;
        Ok(Fresh { value: map::backup(&value, &whose), at, etag })
    }

    /// One transfer, whatever it is. Why it failed stands in its log, which comes only when it is asked for.
    pub(super) async fn work(&self, id: &str) -> Result<Work, ReadError> {
        let ((app, fresh), places) = tokio::try_join!(self.transfer(id, &[("verbose", "true")]), self.places())?;
        let whose = self.whose(&app, &places, std::slice::from_ref(&fresh.value)).await;
        Ok(map::work(&fresh.value, &whose))
    }

    /// A transfer's own id, by which it is canceled.
    pub(super) async fn transfer_uuid(&self, id: &str) -> Result<String, ReadError> {
        Ok(self.transfer(id, &[]).await?.1.value.uuid)
    }

    /// Where the bytes of a backup are, for the restore that is sent next.
    pub(super) async fn backup_url(&self, id: &str) -> Result<SecretString, ReadError> {
        let (app, number) = transfer_id::parse(id).map_err(not_found)?;
        let number = number.to_string();
        let path = ["client", "v11", "apps", app, "transfers", &number];
        let source: Source = self.data.one(&path, &[], BACKUPS).await?.value;
        let url = source.to_url.map(|url| url.0).filter(|url| !url.expose_secret().is_empty());
        url.ok_or_else(|| {
            not_found(format!("Heroku does not tell where the bytes of {id} are: it may not be finished."))
        })
    }

    /// The bytes, from an address that Heroku signs for about an hour. It is a secret, and our token is not sent there.
    pub(super) async fn download(&self, id: &str) -> Result<Download, ReadError> {
        let (app, number) = transfer_id::parse(id).map_err(not_found)?;
        let number = number.to_string();
        let path = ["client", "v11", "apps", app, "transfers", &number, "actions", "public-url"];
        let signed: PublicUrl = self.data.asked(&path, "the address of a backup").await?;
        let address = signed.url.0;
        let there =
            Http::open_elsewhere(&self.profile, self.settings.clone(), &MANNERS, address.expose_secret()).await?;
        match there.opened {
            Opened::Bytes(response, request) => {
                let mut download = there.http.download(response, request);
                download.extension.get_or_insert_with(|| "dump".to_owned());
                Ok(download)
            }
            Opened::Answer(answer) => Err(refused_read(there.http.target(), &answer, None)),
        }
    }
}
