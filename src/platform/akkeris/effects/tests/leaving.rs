//! Detaching, destroying, and being primary.

use super::*;

fn detach(addon: &Addon) -> Command {
    Command::Detach {
        attachment_id: "att-blog-dev".into(),
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: "blog-dev".into(),
        alias: None,
    }
}

fn destroy(addon: &Addon) -> Command {
    Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() }
}

fn promote(addon: &Addon, app: &str) -> Command {
    Command::MakePrimary {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: app.into(),
        attachment_id: None,
        name: POSTGRES.into(),
    }
}

#[test]
fn who_loses_its_primary_gets_another_one_by_itself_and_is_told_so() {
    let ledger = attached(addon("ledger", true), "blog-dev", "books", true);
    let posts = owned_by("blog-dev", "posts", false);
    let situation = Situation {
        addon: Some(ledger.clone()),
        neighbours: vec![ledger.clone(), posts],
        variables: vec![variables(
            "blog-dev",
            &[("DATABASE_URL", Some("ledger")), ("POSTS_DATABASE_URL", Some("posts"))],
        )],
        ..Situation::default()
    };
    let effects = of(&detach(&ledger), &situation);
    assert_taken(&effects);
    assert_eq!(restarts(&effects), ["blog-dev"]);
    assert_eq!(changed(&effects), ["blog-dev DATABASE_URL ledger -> posts", "blog-dev POSTS_DATABASE_URL posts -> -"]);
    assert!(says(&effects, "posts becomes the primary akkeris-postgresql of blog-dev by itself"));
    assert_eq!(effects.risk(), crate::model::Risk::Destroys);
}

#[test]
fn a_replica_that_the_next_primary_does_not_have_is_gone_with_the_old_one() {
    let mut ledger = addon("ledger", true);
    ledger.config_vars = Known::Is(vec!["DATABASE_URL".into(), "DATABASE_READONLY_URL".into()]);
    let situation = Situation {
        addon: Some(ledger.clone()),
        neighbours: vec![addon("posts", false)],
        variables: vec![variables(
            "shop-dev",
            &[("DATABASE_URL", Some("ledger")), ("DATABASE_READONLY_URL", Some("ledger"))],
        )],
        ..Situation::default()
    };
    assert_eq!(
        changed(&of(&destroy(&ledger), &situation)),
        ["shop-dev DATABASE_READONLY_URL ledger -> -", "shop-dev DATABASE_URL ledger -> posts"]
    );
}

#[test]
fn which_of_several_becomes_primary_is_not_known() {
    let ledger = addon("ledger", true);
    let neighbours = vec![addon("posts", false), addon("mails", false), ledger.clone()];
    let situation = Situation { addon: Some(ledger.clone()), neighbours, ..Situation::default() };
    let effects = of(&destroy(&ledger), &situation);
    assert!(says(&effects, "One of posts, mails becomes the primary"));
    assert_eq!(changed(&effects), ["shop-dev DATABASE_URL ledger -> ?"]);
}

#[test]
fn a_secondary_goes_alone_and_another_service_is_not_touched() {
    let ledger = addon("ledger", false);
    let other = of_plan(addon("keys", true), "securekey", "fortnightly");
    let neighbours = vec![addon("posts", true), other];
    let variables =
        vec![variables("shop-dev", &[("DATABASE_URL", Some("posts")), ("LEDGER_DATABASE_URL", Some("ledger"))])];
    let situation = Situation { addon: Some(ledger.clone()), neighbours, variables, ..Situation::default() };
    let effects = of(&destroy(&ledger), &situation);
    assert_eq!(changed(&effects), ["shop-dev LEDGER_DATABASE_URL ledger -> -"]);
    assert!(!says(&effects, "by itself"));
}

#[test]
fn the_owners_own_row_is_not_detached_and_an_attachment_that_is_gone_is_told() {
    let own = owned_by("blog-dev", "ledger", true);
    assert_refused(
        &of(&detach(&own), &Situation { addon: Some(own.clone()), ..Situation::default() }),
        "only destroyed",
    );
    let gone = addon("ledger", true);
    assert!(says(
        &of(&detach(&gone), &Situation { addon: Some(gone.clone()), ..Situation::default() }),
        "no such attachment"
    ));
}

#[test]
fn what_is_attached_elsewhere_is_not_destroyed_and_each_place_is_named() {
    let shared = attached(attached(addon("ledger", true), "blog-dev", "books", true), "mail-dev", "mails", true);
    let effects = of(&destroy(&shared), &Situation { addon: Some(shared.clone()), ..Situation::default() });
    assert_refused(&effects, "blog-dev (as books), mail-dev (as mails)");
    let alone = addon("ledger", true);
    assert_taken(&of(&destroy(&alone), &Situation { addon: Some(alone.clone()), ..Situation::default() }));
}

#[test]
fn only_administrators_destroy_in_guarded_spaces() {
    for compliance in ["socs", "prod", "internal,prod"] {
        let guarded = compliant(addon("ledger", true), compliance);
        let situation = Situation { addon: Some(guarded.clone()), ..Situation::default() };
        assert_refused(&of(&destroy(&guarded), &situation), "only administrators destroy");
        let as_administrator = Knowledge { is_administrator: Some(true), ..known() };
        assert_taken(&effects(&destroy(&guarded), &situation, &as_administrator));
        let unasked = Knowledge { is_administrator: None, ..known() };
        let told = effects(&destroy(&guarded), &situation, &unasked);
        assert_taken(&told);
        assert!(says(&told, "was not read"));
    }
    let internal = compliant(addon("ledger", true), "internal");
    assert_taken(&of(&destroy(&internal), &Situation { addon: Some(internal.clone()), ..Situation::default() }));
}

#[test]
fn backups_go_with_their_database() {
    let ledger = addon("ledger", true);
    let backups = Some(crate::model::Backups {
        facts: Vec::new(),
        list: vec![backup("b1", BackupState::Finished, 10)],
        policy: None,
    });
    let effects = of(&destroy(&ledger), &Situation { addon: Some(ledger.clone()), backups, ..Situation::default() });
    assert!(says(&effects, "Its only backup, also b1, the last one"));
    assert!(says(&effects, "can't be brought back, nor can its backups"));
    let mut bucket = ledger;
    std::sync::Arc::make_mut(&mut bucket.cannot).push((crate::model::Verb::ListBackups, "It has none.".into()));
    let effects = of(&destroy(&bucket), &Situation { addon: Some(bucket.clone()), ..Situation::default() });
    assert!(says(&effects, "it has no backups") && !says(&effects, "nor can its backups"));
}

pub(super) fn backup(id: &str, state: BackupState, second: i64) -> Backup {
    Backup {
        id: id.into(),
        addon_id: Some("id-ledger".into()),
        addon: Some("ledger".into()),
        service: None,
        plan: None,
        state,
        started_at: jiff::Timestamp::from_second(second).ok(),
        finished_at: None,
        size: None,
        checksum: None,
        trigger: None,
        label: None,
        message: None,
        keep_until: None,
        progress: None,
    }
}

#[test]
fn the_old_primary_gets_a_prefix_and_the_new_one_loses_its_own() {
    let (old, new) = (addon("ledger", true), addon("my-db", false));
    let situation = Situation {
        addon: Some(new.clone()),
        neighbours: vec![old, new.clone()],
        variables: vec![variables(
            "shop-dev",
            &[("DATABASE_URL", Some("ledger")), ("MYDB_DATABASE_URL", Some("my-db"))],
        )],
        ..Situation::default()
    };
    let effects = of(&promote(&new, "shop-dev"), &situation);
    assert_taken(&effects);
    assert_eq!(
        changed(&effects),
        [
            "shop-dev DATABASE_URL ledger -> my-db",
            "shop-dev LEDGER_DATABASE_URL - -> ledger",
            "shop-dev MYDB_DATABASE_URL my-db -> -",
        ]
    );
    assert!(says(&effects, "Nothing is copied"));
    assert_eq!(restarts(&effects), ["shop-dev"]);
}

#[test]
fn what_is_primary_already_is_refused_and_what_failed_is_in_doubt() {
    let primary = addon("ledger", true);
    let situation = Situation { addon: Some(primary.clone()), ..Situation::default() };
    assert_refused(&of(&promote(&primary, "shop-dev"), &situation), "already");
    let failed = Addon { state: State::Failed, ..addon("ledger", false) };
    let situation = Situation { addon: Some(failed.clone()), ..Situation::default() };
    assert!(says(&of(&promote(&failed, "shop-dev"), &situation), "whether it could be made at all"));
    // A step of a switch, before the one that attaches it was sent.
    let later = addon("ledger", true);
    let effects = of(&promote(&later, "blog-dev"), &Situation { addon: Some(later.clone()), ..Situation::default() });
    assert_taken(&effects);
    assert!(says(&effects, "has to be attached to blog-dev first"));
}
