//! What takes an action of the service, or several commands.

use serde_json::{Map, Value};

use attache::model::{ActionBody, ActionClass, Command, Outcome, RunAction, ServiceAction};

use super::Desk;
use crate::stand_ins::heroku::data::Maintenance;

/// What is told to an action, made up from what it says of itself.
fn told(action: &ServiceAction) -> Option<ActionBody> {
    let value = |name: &str| match name {
        "delay_weeks" => "2",
        "time_of_day" => "22:30",
        "timeout" => "30",
        "version" => "8.0",
        _ => "analytics",
    };
    let mut fields = Map::new();
    for field in action.fields.iter().filter(|field| field.is_required) {
        let text = field.choices.first().map_or_else(|| value(&field.name).to_owned(), Clone::clone);
        fields.insert(field.name.clone(), Value::from(text));
    }
    (!fields.is_empty()).then_some(ActionBody::Sent(fields))
}

/// A world in which each action has something to act on.
async fn ready() -> Desk {
    let desk = Desk::new().await;
    desk.world(|world| {
        let due = || Maintenance { status: "pending", reason: "Upgrade", scheduled_for: jiff::Timestamp::now() };
        let leader = world.addon("postgresql-staging").unwrap().id.clone();
        for name in ["postgresql-storefront", "redis-storefront"] {
            world.addon_mut(name).unwrap().data.maintenance = Some(due());
        }
        world.addon_mut("postgresql-storefront").unwrap().data.following = Some(leader);
    });
    desk.addons().await;
    desk
}

#[tokio::test]
async fn every_action_is_one_request_that_heroku_takes() {
    for name in ["postgresql-storefront", "redis-storefront"] {
        let desk = ready().await;
        let actions = desk.connection.reader.actions(&desk.addon(name).await);
        assert!(actions.len() > 5, "{actions:?}");
        for action in actions.into_iter().filter(|action| action.cannot.is_none()) {
            let desk = ready().await;
            let what = format!("{} of {name}", action.name);
            if action.class == ActionClass::Reads {
                let answer = desk.connection.reader.read_action(&desk.id(name), &action.name, None).await;
                assert!(answer.is_ok(), "{what}: {answer:?}");
                assert_eq!(desk.writes(), 0, "{what}");
                continue;
            }
            let command = Command::RunAction(RunAction {
                addon_id: desk.id(name),
                addon: name.into(),
                app: None,
                action: action.name.clone(),
                subject: action.subject.as_ref().map(|_| "reporting".to_owned()),
                method: None,
                body: told(&action),
            });
            let shown = desk.connection.reader.request_preview(&command);
            desk.send(&command).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            let sent: Vec<_> = desk.seen().into_iter().filter(|seen| seen.is_write()).collect();
            let [sent] = sent.as_slice() else { panic!("{what}: {sent:?}") };
            assert_eq!(shown.request, format!("{} {} (data API)", sent.method, sent.target));
            assert!(shown.cli.starts_with("heroku ") && shown.cli.contains(name), "{}", shown.cli);
            for field in action.fields.iter().filter(|field| field.is_required) {
                assert!(sent.body.get(&field.name).is_some(), "{what}: {}", sent.body);
            }
        }
    }
}

#[tokio::test]
async fn an_action_that_nobody_knows_is_not_sent() {
    let desk = ready().await;
    let command = Command::RunAction(RunAction {
        addon_id: desk.id("postgresql-storefront"),
        addon: "postgresql-storefront".into(),
        app: None,
        action: "format-disk".into(),
        subject: None,
        method: Some("POST".into()),
        body: None,
    });
    assert!(matches!(desk.send(&command).await.unwrap_err(), attache::platform::SubmitError::NotSent(_)));
    assert!(desk.connection.reader.read_action(&desk.id("postgresql-storefront"), "reset", None).await.is_err());
    assert_eq!(desk.writes(), 0);
}

#[tokio::test]
async fn every_app_uses_the_other_database_and_keeps_a_way_to_the_old_one() {
    let desk = Desk::new().await;
    let (from, to) = (desk.addon("postgresql-storefront").await, desk.addon("postgresql-follower").await);
    let commands = desk.connection.reader.switch_over(&from, &to);
    let apps: Vec<&str> = commands.iter().filter_map(Command::app).collect();
    assert!(apps.contains(&"storefront") && apps.contains(&"reports"), "{commands:#?}");
    let takes = |command: &&Command| matches!(command, Command::MakePrimary { name, .. } if name == "DATABASE");
    assert_eq!(commands.iter().filter(takes).count(), 1);
    for command in commands {
        let what = command.sentence();
        assert_eq!(desk.run(command).await.outcome, Outcome::Done, "{what}");
    }
    let (from, to) = (desk.addon("postgresql-storefront").await, desk.addon("postgresql-follower").await);
    assert_eq!((from.apps(), to.apps()), (vec!["reports", "storefront"], vec!["reports", "storefront"]));
    let has = |addon: &attache::model::Addon, app: &str, alias: &str| {
        addon.attachments.items().iter().any(|row| row.app == app && row.alias.as_deref() == Some(alias))
    };
    assert!(has(&to, "storefront", "DATABASE") && has(&to, "reports", "STOREFRONT_DB"));
    assert!(!has(&from, "storefront", "DATABASE"));
}

#[tokio::test]
async fn what_other_apps_use_is_detached_from_them_and_then_destroyed() {
    let desk = Desk::new().await;
    let addon = desk.addon("postgresql-storefront").await;
    let commands = desk.connection.reader.destruction(&addon);
    assert!(matches!(commands.as_slice(), [Command::Detach { .. }, Command::DestroyAddon { .. }]), "{commands:#?}");
    for command in commands {
        desk.run(command).await;
    }
    assert!(desk.world(|world| world.addon("postgresql-storefront").is_none()));
    assert_eq!(desk.writes(), 2);
}
