//! What is read of Heroku.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::header::HeaderValue;

use super::client::{self, Asked};
use super::core::{Core, joined};
use super::pages;
use super::{actions, capability, effects, map, request, services, wire};
use crate::model::{
    Account, ActionAnswer, Addon, App, Attachment, Backup, Backups, Capability, Catalog, Command, ConfigVar,
    ConfigVarName, Effects, Owner, Plan, Preview, Release, ServiceAction, Team, Text, Texts, TimelineEvent, Usage,
    Verb, Work, printable, variable_name,
};
use crate::platform::{Budget, Conditional, Download, Fresh, Platform, ReadError, RequestPreview, Situation, Words};

/// All releases, newest first.
const RELEASES: HeaderValue = HeaderValue::from_static("version ..; max=1000, order=desc");
/// The newest of them.
const NEWEST_RELEASES: HeaderValue = HeaderValue::from_static("version ..; max=50, order=desc");

pub(super) struct Heroku {
    pub(super) core: Arc<Core>,
}

impl Heroku {
    async fn whole<T: serde::de::DeserializeOwned>(&self, path: &[&str], what: &str) -> Result<Vec<T>, ReadError> {
        pages::fresh(&self.core.http, &Asked::whole(path, what)).await.map(|fresh| fresh.value)
    }

    async fn releases_in(&self, app: &str, range: HeaderValue, is_whole: bool) -> Result<Vec<Release>, ReadError> {
        let path = ["apps", app, "releases"];
        let asked = Asked { path: &path, headers: &[], range, what: "releases", is_whole, is_kept: false };
        let fresh = pages::fresh::<wire::Release>(&self.core.http, &asked).await?;
        let mut releases: Vec<Release> = fresh.value.into_iter().map(map::release).collect();
        releases.sort_by_key(|release| std::cmp::Reverse(release.version));
        Ok(releases)
    }

    /// Which attachment gives which variable to an app.
    async fn sources(&self, app: &str) -> Result<Vec<wire::Attachment>, ReadError> {
        let path = ["apps", app, "addon-attachments"];
        let asked = Asked::whole(&path, "attachments").with(&client::INCLUDED);
        pages::fresh(&self.core.http, &asked).await.map(|fresh| fresh.value)
    }
}

/// The add-on that a variable comes from, by its attachment.
fn source(name: &str, rows: &[wire::Attachment]) -> Option<String> {
    let has = |row: &&wire::Attachment| row.config_vars.iter().flatten().any(|one| one == name);
    rows.iter().find(has).map(|row| printable(&row.addon.name))
}

/// The full name of a variable at the owner's own attachment: the primary one, else the first.
fn own_name(addon: &Addon, bare: &str) -> String {
    let is_owners = |row: &&Attachment| addon.owner == Owner::App(row.app.clone());
    let rows: Vec<&Attachment> = addon.attachments.items().iter().filter(is_owners).collect();
    let primary = services::primary_name(&addon.service);
    let first = rows.iter().find(|row| row.alias.as_deref() == primary && primary.is_some()).or(rows.first());
    let Some(row) = first else { return bare.to_owned() };
    let is_it = |name: &&Text| **name == bare || name.ends_with(&format!("_{bare}"));
    let alias = row.alias.as_deref();
    row.config_vars.items().iter().find(is_it).map_or_else(|| variable_name(alias, bare), Text::to_string)
}

#[async_trait]
impl Platform for Heroku {
    fn words(&self) -> Words {
        super::WORDS
    }

    fn capability(&self, verb: Verb) -> Capability {
        capability::capability(verb, &self.core.data)
    }

    fn skew(&self) -> jiff::SignedDuration {
        self.core.http.skew()
    }

    fn requests(&self) -> Option<u64> {
        let of_data = self.core.data.http().map_or(0, |http| http.requests());
        Some(self.core.http.requests() + of_data)
    }

    fn budget(&self) -> Option<Budget> {
        self.core.http.remaining().map(|remaining| Budget { remaining, of: super::POOL.max(remaining) })
    }

    async fn account(&self) -> Result<Account, ReadError> {
        let told: wire::Account = client::one(&self.core.http, &["account"], &[], &[], "an account").await?.value;
        let name = told.email.or(told.name).or(told.id).unwrap_or_else(|| "nobody that Heroku names".to_owned());
        Ok(Account { name: printable(&name), rights: None })
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        let teams: Vec<wire::Named> = self.whole(&["teams"], "teams").await?;
        let team = |team: wire::Named| {
            let name = printable(&team.name);
            Team { id: team.id.map_or_else(|| name.clone(), |id| printable(&id)), name }
        };
        Ok(teams.into_iter().map(team).filter(|team| self.core.is_ours(Some(team.name.as_str()))).collect())
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        let apps: Vec<wire::App> = self.whole(&["apps"], "apps").await?;
        Ok(apps.into_iter().map(map::app).filter(|app| self.core.is_ours(app.team.as_deref())).collect())
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        let services: Vec<wire::Service> = self.whole(&["addon-services"], "services").await?;
        let mut services: Vec<_> = services.into_iter().map(map::service).collect();
        services.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Catalog { services })
    }

    async fn plans(&self, service: &str) -> Result<Vec<Plan>, ReadError> {
        self.whole(&["addon-services", service, "plans"], "plans").await.map(map::plans)
    }

    async fn addons(&self, etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        self.core.list(etag).await
    }

    async fn addons_of(&self, app: &str) -> Result<Fresh<Vec<Addon>>, ReadError> {
        // Both paths answer what the app owns and what it has attached (the CLI is written for that); the attachments alone
        // are those of this app, so the whole list is taken, which also tells the other apps.
        let rows = Asked::whole(&["addon-attachments"], "attachments").with(&client::INCLUDED);
        let path = ["apps", app, "addons"];
        let addons = Asked::whole(&path, "add-ons").with(&client::EXPANDED);
        let (addons, rows) = tokio::try_join!(
            pages::fresh::<wire::Addon>(&self.core.http, &addons),
            pages::fresh::<wire::Attachment>(&self.core.http, &rows)
        )?;
        let mut texts = Texts::default();
        let alone = addons.value.iter().map(|addon| self.core.alone(addon, &mut texts)).collect();
        let value = joined(alone, rows.value.iter().map(|row| self.core.row(row, &mut texts)).collect());
        self.core.note(&value, false);
        Ok(Fresh { value, at: addons.at.min(rows.at), etag: None })
    }

    async fn addon(&self, id_or_name: &str) -> Result<Fresh<Addon>, ReadError> {
        let mut fresh = self.core.addon(id_or_name).await?;
        self.core.data.look_at(&mut fresh.value).await;
        Ok(fresh)
    }

    async fn events(&self, addon_id: &str, after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        let _ = (addon_id, after);
        Ok(Vec::new())
    }

    async fn backups(&self, addon_id: &str) -> Result<Backups, ReadError> {
        self.core.backups(addon_id).await
    }

    async fn all_backups(&self) -> Result<Vec<Backup>, ReadError> {
        self.core.all_backups().await
    }

    async fn backup(&self, backup_id: &str) -> Result<Fresh<Backup>, ReadError> {
        self.core.backup(backup_id).await
    }

    async fn download(&self, backup_id: &str) -> Result<Download, ReadError> {
        self.core.download(backup_id).await
    }

    async fn usage(&self, addon_id: &str) -> Result<Usage, ReadError> {
        let place = self.core.place_for(addon_id, Verb::Usage).await?;
        self.core.data.usage(place.kind(), addon_id).await.map(|fresh| fresh.value)
    }

    async fn work(&self, work_id: &str) -> Result<Work, ReadError> {
        self.core.work(work_id).await
    }

    /// Its only record is that of transfers.
    fn records(&self, kind: &str) -> bool {
        matches!(kind, "back_up" | "restore" | "copy")
    }

    async fn works(&self, addon_id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        self.core.works(addon_id).await
    }

    async fn addon_values(&self, addon_id: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let own: Vec<wire::OwnVariable> = self.whole(&["addons", addon_id, "config"], "config vars").await?;
        // They come without the name of an attachment, which makes them what an app knows.
        let addon = self.core.addon(addon_id).await?.value;
        let value = |own: wire::OwnVariable| {
            let name = ConfigVarName { name: own_name(&addon, &printable(&own.name)), addon: None };
            Some(ConfigVar { name, value: own.value?.into() })
        };
        Ok(own.into_iter().filter_map(value).collect())
    }

    async fn config_var_names(&self, app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        let path = ["apps", app, "config-vars"];
        let (names, rows) = tokio::try_join!(
            client::one::<wire::VariableNames>(&self.core.http, &path, &[], &[], "config vars"),
            self.sources(app)
        )?;
        let name = |name: String| ConfigVarName { addon: source(&name, &rows), name: printable(&name) };
        Ok(names.value.into_keys().map(name).collect())
    }

    async fn config_vars(&self, app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        let path = ["apps", app, "config-vars"];
        let (values, rows) = tokio::try_join!(
            client::one::<wire::Variables>(&self.core.http, &path, &[], &[], "config vars"),
            self.sources(app)
        )?;
        let variable = |(name, value): (String, Option<String>)| {
            let known = ConfigVarName { addon: source(&name, &rows), name: printable(&name) };
            Some(ConfigVar { name: known, value: value?.into() })
        };
        Ok(values.value.into_iter().filter_map(variable).collect())
    }

    async fn releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        self.releases_in(app, RELEASES, true).await
    }

    async fn newest_releases(&self, app: &str) -> Result<Vec<Release>, ReadError> {
        self.releases_in(app, NEWEST_RELEASES, false).await
    }

    fn preview(&self, bare: &[String], alias: Option<&str>) -> Preview {
        // Most services give one variable called after the attachment; some give others beside it (Dev Center).
        let _ = bare;
        Preview::Pattern(format!("{}_URL", alias.unwrap_or("NAME")))
    }

    fn actions(&self, addon: &Addon) -> Vec<ServiceAction> {
        actions::of(addon)
    }

    async fn read_action(
        &self,
        addon_id: &str,
        action: &str,
        subject: Option<&str>,
    ) -> Result<ActionAnswer, ReadError> {
        let _ = subject;
        self.core.read_action(addon_id, action).await
    }

    fn effects(&self, command: &Command, situation: &Situation) -> Effects {
        effects::effects(command, situation)
    }

    fn request_preview(&self, command: &Command) -> RequestPreview {
        request::preview(command, &|id| self.core.seen(id))
    }

    fn restores_into_others(&self) -> Capability {
        self.capability(Verb::RestoreInto)
    }

    fn fork_options(&self, addon: &Addon, moment: jiff::Timestamp) -> BTreeMap<String, String> {
        // As the CLI's command line has it: --rollback DATABASE --to TIME (Dev Center). Inferred to be sent as its config.
        let to = moment.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string();
        BTreeMap::from([("rollback".to_owned(), addon.name.to_string()), ("to".to_owned(), to)])
    }

    fn destruction(&self, addon: &Addon) -> Vec<Command> {
        effects::destruction(addon)
    }

    fn switch_over(&self, from: &Addon, to: &Addon) -> Vec<Command> {
        effects::switch_over(from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Known;

    #[test]
    fn own_variables_have_the_names_that_the_app_knows() {
        let row = |name: &str| Attachment {
            id: None,
            alias: Some(name.into()),
            addon: "db".into(),
            app: "shop".into(),
            primary: None,
            owner_row: false,
            config_vars: Known::Is(vec![format!("{name}_URL").into()]),
            created_at: None,
        };
        let mut addon = super::super::tests::addon("db", "heroku-postgresql", "standard-0");
        addon.owner = Owner::App("shop".into());
        addon.attachments = Known::Is(vec![row("HEROKU_POSTGRESQL_ROSE"), row("DATABASE")]);
        assert_eq!(own_name(&addon, "URL"), "DATABASE_URL");
        addon.attachments = Known::Is(vec![row("STOREFRONT_DB")]);
        assert_eq!(own_name(&addon, "URL"), "STOREFRONT_DB_URL");
    }
}
