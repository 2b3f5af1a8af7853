//! From the wire to the model.

use super::*;

fn mapped(changed: Value) -> Addon {
    let told: wire::Addon = serde_json::from_value(told(&changed)).unwrap();
    map::addon(&profile(), &told, Known::Is(vec![]))
}

#[test]
fn states_have_heroku_s_word_beside_ours_and_none_that_is_unknown_is_good() {
    for (word, state) in [
        ("provisioning", State::Provisioning),
        ("provisioned", State::Ready),
        ("deprovisioning", State::Deprovisioning),
        ("deprovisioned", State::Gone),
        ("wibbling", State::Other("wibbling".into())),
    ] {
        let addon = mapped(json!({"state": word}));
        assert_eq!((addon.state, addon.state_word.as_str()), (state, word));
        assert!(matches!(addon.health, Health::Unknown(_)), "{word}");
    }
    assert!(matches!(mapped(json!({"state": null})).state, State::Unknown(_)));
}

#[test]
fn the_price_is_what_this_customer_pays_and_never_a_guess() {
    let price = |billed: Value, metered: bool| {
        let plan = json!({"name": "x:y", "price": {"cents": 9900, "unit": "month", "metered": metered}});
        mapped(json!({"billed_price": billed, "plan": plan})).price
    };
    let cents = |price: Known<crate::model::Price>| price.get().map(|price| price.cents_per_month);
    assert_eq!(cents(price(json!({"cents": 700, "contract": false, "unit": "month"}), false)), Some(700));
    assert_eq!(cents(price(json!({"cents": 0, "contract": false, "unit": "month"}), false)), Some(0));
    for (billed, metered, word) in [
        (json!({"cents": 0, "contract": true, "unit": "month"}), false, "contract"),
        (json!({"cents": 0, "contract": false, "unit": "month"}), true, "metered"),
        (json!(null), false, "Heroku does not tell a price"),
        (json!({"cents": 3, "contract": false, "unit": "hour"}), false, "3 cents per hour"),
    ] {
        assert_eq!(price(billed, metered), Known::Unknown(word.into()));
    }
}

#[test]
fn what_is_missing_is_no_error_and_what_is_told_is_kept() {
    let bare: wire::Addon = serde_json::from_value(json!({"id": "i", "name": "n"})).unwrap();
    let addon = map::addon(&profile(), &bare, Known::Is(vec![]));
    assert!(matches!(addon.config_vars, Known::Unknown(_)) && addon.billing.is_none());
    let addon = mapped(json!({"provision_message": "Wait\u{1b}[2J"}));
    assert_eq!(addon.fact("provider message"), Some("Wait·[2J"));
    assert_eq!(addon.fact("web url"), Some("https://addons-sso.example.com/apps/a-1/addons/1"));
    assert_eq!((addon.billing.as_deref(), addon.team.as_deref()), (Some("acme"), Some("acme")));
    assert_eq!(addon.service_and_plan(), "heroku-postgresql:standard-0");
    let actions = super::super::actions::of(&addon);
    assert!(actions.iter().any(|action| action.name == "link/create-dataclip"));
}

#[test]
fn both_forms_of_time_are_read_and_any_other_is_unknown() {
    let expected = "2020-12-13T16:22:40Z".parse().unwrap();
    assert_eq!(wire::time("2020-12-13 16:22:40 +0000"), Some(expected));
    assert_eq!(wire::time("2020-12-13T16:22:40Z"), Some(expected));
    assert_eq!(wire::time("yesterday"), None);
}

#[test]
fn a_service_s_plans_are_asked_for_and_come_cheapest_first() {
    let service =
        |state: &str| map::service(serde_json::from_value(json!({"name": "papertrail", "state": state})).unwrap());
    assert!(service("ga").are_plans_unread && service("ga").unavailable.is_none());
    assert!(service("shutdown").unavailable.is_some());
    let plans: Vec<wire::Plan> = serde_json::from_value(json!([
        {"name": "s:large", "price": {"cents": 900, "contract": false, "unit": "month"}},
        {"name": "s:secret", "visible": false, "price": {"cents": 1, "unit": "month"}},
        {"name": "s:deal", "price": {"cents": 0, "contract": true, "unit": "month"}},
        {"name": "s:mini", "default": true, "price": {"cents": 0, "contract": false, "unit": "month"}},
    ]))
    .unwrap();
    let plans = map::plans(plans);
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    assert_eq!(names, ["mini", "large", "deal"]);
    assert!(plans[0].is_default && matches!(&plans[2].price, Known::Unknown(why) if why == "contract"));
}

#[test]
fn verbs_that_heroku_does_not_have_say_why() {
    let layer = super::super::data::Layer::new(
        &Profile {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: crate::config::Authorities::default(),
            name: profile(),
            platform: PlatformKind::Heroku,
            endpoint: Endpoint::Url("https://api.heroku.com".into()),
            data_endpoint: None,
            token: None,
            token_source: None,
            teams: vec![],
            danger: Danger::None,
            read_only: None,
        },
        Settings::default(),
    )
    .unwrap();
    for verb in Verb::ALL {
        let is_there = super::super::capability::capability(verb, &layer) == Capability::Can;
        let is_missing = matches!(
            verb,
            Verb::Restore
                | Verb::UploadBackup
                | Verb::Restart
                | Verb::Sleep
                | Verb::Wake
                | Verb::Logs
                | Verb::AutoBackups
                | Verb::Redeploy
                | Verb::CreateApp
                | Verb::DestroyApp
        );
        assert_eq!(is_there, !is_missing, "{verb:?}");
    }
}
