use std::time::Duration;

use async_trait::async_trait;

use super::*;
use crate::model::{
    Account, AddonKey, App, Capability, Catalog, ConfigVar, ConfigVarName, Health, Owner, Preview, ProfileName, State,
    Team, TimelineEvent, Verb,
};
use crate::platform::{Conditional, Fresh, ReadErrorKind, RequestPreview, Words};

/// A platform that answers nothing about what goes on, in one way or another.
struct Silent {
    hangs: bool,
}

fn refused<T>() -> Result<T, ReadError> {
    Err(ReadError::new(ReadErrorKind::ServerError(500), "It is broken."))
}

#[async_trait]
impl Platform for Silent {
    fn words(&self) -> Words {
        Words::LOCAL
    }

    fn capability(&self, _verb: Verb) -> Capability {
        Capability::Can
    }

    async fn account(&self) -> Result<Account, ReadError> {
        if self.hangs { std::future::pending().await } else { refused() }
    }

    async fn teams(&self) -> Result<Vec<Team>, ReadError> {
        refused()
    }

    async fn apps(&self) -> Result<Vec<App>, ReadError> {
        refused()
    }

    async fn catalog(&self) -> Result<Catalog, ReadError> {
        refused()
    }

    async fn addons(&self, _etag: Option<&str>) -> Result<Conditional<Vec<Addon>>, ReadError> {
        refused()
    }

    async fn addon(&self, _id: &str) -> Result<Fresh<Addon>, ReadError> {
        refused()
    }

    async fn events(&self, _id: &str, _after: u64) -> Result<Vec<TimelineEvent>, ReadError> {
        refused()
    }

    async fn backups(&self, _id: &str) -> Result<Backups, ReadError> {
        if self.hangs { std::future::pending().await } else { refused() }
    }

    async fn works(&self, _id: Option<&str>) -> Result<Fresh<Vec<Work>>, ReadError> {
        if self.hangs { std::future::pending().await } else { refused() }
    }

    async fn config_var_names(&self, _app: &str) -> Result<Vec<ConfigVarName>, ReadError> {
        refused()
    }

    async fn config_vars(&self, _app: &str) -> Result<Vec<ConfigVar>, ReadError> {
        refused()
    }

    async fn releases(&self, _app: &str) -> Result<Vec<Release>, ReadError> {
        if self.hangs { std::future::pending().await } else { refused() }
    }

    fn preview(&self, _bare: &[String], _alias: Option<&str>) -> Preview {
        Preview::Names(Vec::new())
    }

    fn effects(&self, _command: &Command, _situation: &Situation) -> Effects {
        Effects::default()
    }

    fn request_preview(&self, _command: &Command) -> RequestPreview {
        RequestPreview { request: String::new(), body: None, cli: String::new() }
    }
}

/// What is read around the end of an app's variables, on such a platform.
async fn read(hangs: bool) -> Around {
    let patience = Duration::from_millis(20);
    let reader = std::sync::Arc::new(Silent { hangs });
    let connection =
        Connection { endpoint: "/run/api.sock".into(), reader: reader.clone(), writer: None, unlocked_for: None };
    let command =
        Command::DeleteBackup { backup_id: "b1".into(), addon_id: Some("add_1".into()), addon: Some("orders".into()) };
    let release = Change::App { app: "shop".into(), effect: crate::model::AppEffect::Release, detail: String::new() };
    let effects = Effects { changes: vec![release, Change::LosesData("It.".into())] };
    let beside = beside(&connection, None, &command, patience).await;
    of(reader.as_ref(), beside, &command, &Situation::default(), &effects, Timestamp::UNIX_EPOCH, patience).await
}

#[tokio::test]
async fn what_cannot_be_read_is_unknown_with_the_reason() {
    let around = read(false).await;
    let why = "It is broken.".to_owned();
    assert_eq!(around.account, Known::Unknown(why.clone().into()));
    assert_eq!(around.works, Known::Unknown(why.clone().into()));
    assert_eq!(around.releases, [("shop".to_owned(), Known::Unknown(why.clone().into()))]);
    assert_eq!(around.last_backups, [LastBackup { addon: "orders".into(), backup: Known::Unknown(why.into()) }]);
    assert!(matches!(around.journaled, Known::Unknown(_)));
}

#[tokio::test]
async fn a_platform_that_never_answers_keeps_nobody_waiting() {
    // Without a limit it would wait for ever.
    let around = tokio::time::timeout(Duration::from_secs(30), read(true)).await.expect("an end");
    let why = "the platform took too long to tell".to_owned();
    assert_eq!(around.account, Known::Unknown(why.clone().into()));
    assert_eq!(around.works, Known::Unknown(why.clone().into()));
    assert_eq!(around.releases, [("shop".to_owned(), Known::Unknown(why.clone().into()))]);
    assert_eq!(around.last_backups, [LastBackup { addon: "orders".into(), backup: Known::Unknown(why.into()) }]);
}

/// An add-on whose backups can't be listed, for whatever reason.
fn without_backups(last_backup: Known<Option<Timestamp>>) -> Addon {
    Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("work".into()), id: "add_1".into() },
        name: "orders".into(),
        team: None,
        owner: Owner::App("shop".into()),
        service: "heroku-postgresql".into(),
        plan: None,
        state: State::Ready,
        state_word: "provisioned".into(),
        state_reason: None,
        health: Health::Unknown("not told".into()),
        created_at: None,
        updated_at: None,
        config_vars: Known::Is(Vec::new()),
        attachments: Known::Is(Vec::new()),
        endpoint: None,
        cannot: vec![(Verb::BackUp, "No.".into()), (Verb::ListBackups, "No.".into())].into(),
        restored_from: None,
        last_backup,
        work: None,
        price: Known::Unknown("not told".into()),
        billing: None,
        facts: Vec::new(),
    }
}

#[tokio::test]
async fn backups_that_are_out_of_reach_are_unknown_and_not_none() {
    let reader = Silent { hangs: false };
    let until = Instant::now() + Duration::from_secs(30);
    let out_of_reach = without_backups(Known::Unknown("told with the backups alone".into()));
    let last = last_backup(&reader, Some(&out_of_reach), "add_1", "orders", None, None, until).await;
    assert_eq!(last.backup, Known::Unknown("It is broken.".into()));
    let has_none = without_backups(Known::Is(None));
    let last = last_backup(&reader, Some(&has_none), "add_1", "orders", None, None, until).await;
    assert_eq!(last.backup, Known::Is(None), "nobody is asked: the service has none");
}
