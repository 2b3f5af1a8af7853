//! One request each: the lists as they come.

use std::sync::Arc;

use super::super::rules::Rules;
use super::super::{Akkeris, client, map, wire};
use crate::model::App;
use crate::platform::{Fresh, ReadError};

impl Akkeris {
    pub(in super::super) async fn all_addons(&self) -> Result<Fresh<Vec<wire::Addon>>, ReadError> {
        client::get(&self.http, &["addons"], &[], "a list of add-ons").await
    }

    pub(in super::super) async fn all_attachments(&self) -> Result<Fresh<Vec<wire::Attachment>>, ReadError> {
        client::get(&self.http, &["addon-attachments"], &[], "a list of attachments").await
    }

    /// With true states; it leaves out what has no broker.
    pub(in super::super) async fn owned(&self, app: &str) -> Result<Vec<wire::Addon>, ReadError> {
        let path = ["apps", app, "addons"];
        client::get(&self.http, &path, &[], "a list of add-ons").await.map(|fresh| fresh.value)
    }

    pub(in super::super) async fn attached(&self, app: &str) -> Result<Vec<wire::Attachment>, ReadError> {
        let path = ["apps", app, "addon-attachments"];
        client::get(&self.http, &path, &[], "a list of attachments").await.map(|fresh| fresh.value)
    }

    pub(in super::super) async fn attachments_of(&self, id: &str) -> Result<Vec<wire::Attachment>, ReadError> {
        let path = ["addons", id, "addon-attachments"];
        client::get(&self.http, &path, &[], "a list of attachments").await.map(|fresh| fresh.value)
    }

    pub(in super::super) async fn one(&self, id: &str) -> Result<Fresh<wire::Addon>, ReadError> {
        client::get(&self.http, &["addons", id], &[], "an add-on").await
    }

    /// The apps, read at most once a minute: their regions and compliances hardly change.
    pub(in super::super) async fn known_apps(&self) -> Result<Arc<Vec<App>>, ReadError> {
        match self.memory.apps() {
            Some(apps) => Ok(apps),
            None => self.apps_anew().await,
        }
    }

    pub(in super::super) async fn apps_anew(&self) -> Result<Arc<Vec<App>>, ReadError> {
        let apps: Fresh<Vec<wire::App>> = client::get(&self.http, &["apps"], &[], "a list of apps").await?;
        let apps = Arc::new(apps.value.into_iter().map(map::app).collect::<Vec<_>>());
        self.memory.note_apps(apps.clone());
        Ok(apps)
    }

    /// What the catalog allows. Without it nothing is dimmed, and the platform says no by itself.
    pub(in super::super) async fn known_rules(&self) -> Option<Arc<Rules>> {
        if !self.memory.are_rules_fresh()
            && let Err(error) = self.services().await
        {
            tracing::debug!(%error, "the catalog could not be read");
        }
        self.memory.rules()
    }

    pub(in super::super) async fn services(&self) -> Result<Vec<wire::Service>, ReadError> {
        let services: Fresh<Vec<wire::Service>> =
            client::get(&self.http, &["addon-services"], &[], "a list of services").await?;
        self.memory.note_rules(Rules::new(&services.value));
        Ok(services.value)
    }
}
