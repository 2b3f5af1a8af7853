use super::*;

use std::collections::BTreeMap;

fn create() -> CreateAddon {
    CreateAddon {
        name: String::new(),
        team: None,
        service: "postgresql".into(),
        plan: "standard-0".into(),
        app: Some("billing-api".into()),
        alias: None,
        options: BTreeMap::new(),
        confirm: None,
    }
}

fn restore(backup_id: &str) -> Command {
    Command::Restore(RestoreBackup {
        backup_id: backup_id.into(),
        of: Some("pg-1".into()),
        name: "pg-restored".into(),
        team: None,
        service: "postgresql".into(),
        plan: String::new(),
    })
}

fn attach(addon: &str, app: &str, alias: Option<&str>) -> Command {
    Command::Attach {
        addon_id: "41".into(),
        addon: addon.into(),
        app: app.into(),
        alias: alias.map(str::to_owned),
        credential: None,
        confirm: None,
    }
}

fn line(command: &Command) -> String {
    argv(command, true).map_or_else(|why| format!("! {why}"), |argv| argv.words().join("|"))
}

#[test]
fn each_command_is_said_in_the_words_of_the_handbook() {
    let addon = || ("41".to_owned(), "pg-1".to_owned());
    let ((id, name), (from_id, from)) = (addon(), ("40".to_owned(), "pg-0".to_owned()));
    let following = CreateAddon {
        name: "pg-f".into(),
        options: BTreeMap::from([("follow".into(), "DATABASE_URL".into())]),
        ..create()
    };
    for (command, words) in [
        (Command::CreateAddon(create()), "addons|create|postgresql:standard-0|--app|billing-api"),
        (
            Command::CreateAddon(CreateAddon { plan: String::new(), ..create() }),
            "addons|create|postgresql|--app|billing-api",
        ),
        (Command::CreateAddon(following), "pg|follow|DATABASE_URL|--app|billing-api|--name|pg-f|--plan|standard-0"),
        (attach("pg-1", "web", None), "addons|attach|pg-1|--app|web"),
        (attach("pg-1", "web", Some("REPORTING")), "addons|attach|pg-1|--as|REPORTING|--app|web"),
        (Command::MoveAttachments { from_id, from, to_id: id.clone(), to: name.clone() }, "addons|promote|pg-1"),
        (
            Command::ChangePlan {
                addon_id: id.clone(),
                addon: name.clone(),
                service: "qdrant".into(),
                plan: "standard-1".into(),
            },
            "addons|update|pg-1|--plan|standard-1",
        ),
        (
            Command::AutoBackups { addon_id: id.clone(), addon: name.clone(), is_on: false },
            "addons|update|pg-1|--backup-enabled|false",
        ),
        (
            Command::AutoBackups { addon_id: id.clone(), addon: name.clone(), is_on: true },
            "addons|update|pg-1|--backup-enabled|true",
        ),
        (Command::BackUp { addon_id: id.clone(), addon: name.clone(), label: None }, "addons|backups|capture|pg-1"),
        (restore("pg-1::7"), "addons|restore|pg-1|7|--name|pg-restored"),
        (
            Command::Detach {
                attachment_id: "9".into(),
                addon_id: id.clone(),
                addon: name.clone(),
                app: "web".into(),
                alias: Some("REPORTING".into()),
            },
            "addons|detach|pg-1|--as|REPORTING|--app|web",
        ),
        (Command::DestroyAddon { addon_id: id, addon: name }, "addons|destroy|pg-1|--confirm|pg-1"),
    ] {
        assert_eq!(line(&command), words);
    }
    assert_eq!(list_backups("pg-1", true).unwrap().join("|"), "addons|backups|pg-1|--json");
    let id = BackupId { addon: "pg-1".into(), id: "7".into() };
    assert_eq!(
        download(&id, "DATABASE_URL", "web", "/tmp/x").unwrap().join("|"),
        "pg|backups|download|7|DATABASE_URL|--app|web|--output|/tmp/x"
    );
}

#[test]
fn what_no_text_shows_stays_behind_its_opt_in_and_says_so() {
    let destroy = Command::DestroyAddon { addon_id: "41".into(), addon: "pg-1".into() };
    let why = argv(&destroy, false).unwrap_err();
    assert!(why.contains("No text of Watasu") && why.contains("undocumented_commands = true"), "{why}");
    assert!(argv(&destroy, true).unwrap().is_inferred());
    assert!(!argv(&attach("pg-1", "web", None), true).unwrap().is_inferred());
    assert!(argv(&attach("pg-1", "web", None), false).is_ok());
}

#[test]
fn nothing_that_reads_like_an_option_or_hides_something_is_passed_on() {
    for (bad, why) in [
        ("--help", "hyphen"),
        ("-x", "hyphen"),
        ("-", "hyphen"),
        ("", "empty"),
        ("a\nb", "can't be seen"),
        ("a\0b", "can't be seen"),
        ("a\u{1b}[31m", "can't be seen"),
        ("a\u{202e}b", "can't be seen"),
    ] {
        let following = CreateAddon {
            name: bad.into(),
            options: BTreeMap::from([("follow".into(), "DATABASE_URL".into())]),
            ..create()
        };
        for command in [
            attach(bad, "web", None),
            attach("pg-1", bad, None),
            attach("pg-1", "web", Some(bad)),
            Command::CreateAddon(CreateAddon { service: bad.into(), ..create() }),
            Command::CreateAddon(CreateAddon { app: Some(bad.into()), ..create() }),
            Command::CreateAddon(following),
            Command::MoveAttachments { from_id: "1".into(), from: "x".into(), to_id: "2".into(), to: bad.into() },
            Command::DestroyAddon { addon_id: "41".into(), addon: bad.into() },
        ] {
            let refused = argv(&command, true).unwrap_err();
            assert!(refused.contains(why), "{bad:?}: {refused}");
        }
        assert!(list_backups(bad, true).is_err());
    }
    assert!(argv(&Command::CreateAddon(CreateAddon { plan: "-x".into(), ..create() }), true).is_err());
    for bad in ["pg-1::-rf", "pg-1::/etc/passwd", "pg-1::../x", "-x::7", "7"] {
        assert!(argv(&restore(bad), true).is_err(), "{bad}");
    }
}

#[test]
fn a_shell_would_read_nothing_into_the_line_that_is_shown() {
    let argv = argv(&attach("pg; rm -rf ~", "$(id)", None), true).unwrap();
    assert_eq!(argv.words(), ["addons", "attach", "pg; rm -rf ~", "--app", "$(id)"]);
    assert_eq!(argv.line(), "watasu addons attach 'pg; rm -rf ~' --app '$(id)'");
}

#[test]
fn what_no_text_shows_is_refused() {
    let named = CreateAddon { name: "mine".into(), ..create() };
    let aliased = CreateAddon { alias: Some("REPORTING".into()), ..create() };
    let nowhere = CreateAddon { app: None, ..create() };
    for create in [named, aliased, nowhere] {
        assert!(argv(&Command::CreateAddon(create), true).is_err());
    }
    assert!(argv(&Command::Rotate { addon_id: "41".into(), addon: "pg-1".into() }, true).is_err());
}
