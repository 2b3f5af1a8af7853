//! Creating and attaching.

use super::*;

fn create(service: &str, plan: &str, name: &str) -> Command {
    Command::CreateAddon(CreateAddon {
        name: name.into(),
        team: None,
        service: service.into(),
        plan: plan.into(),
        app: Some("shop-dev".into()),
        alias: None,
        options: Default::default(),
        confirm: None,
    })
}

fn attach(addon: &Addon, alias: Option<&str>) -> Command {
    Command::Attach {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: "blog-dev".into(),
        alias: alias.map(str::to_owned),
        credential: None,
        confirm: None,
    }
}

fn on(target: App, neighbours: Vec<Addon>) -> Situation {
    let bare = vec!["DATABASE_URL".into()];
    let variables = vec![variables(&target.name, &[])];
    Situation { app: Some(target), neighbours, variables, service_config_vars: Some(bare), ..Situation::default() }
}

fn shop() -> App {
    app("shop-dev", "", "us-west", "1")
}

#[test]
fn the_first_of_a_service_gets_plain_names_and_the_next_one_a_prefix() {
    let first = of(&create(POSTGRES, "hobby", "ledger"), &on(shop(), vec![]));
    assert_taken(&first);
    assert_eq!(changed(&first), ["shop-dev DATABASE_URL - -> ledger"]);
    assert_eq!(restarts(&first), ["shop-dev"]);
    let second = of(&create(POSTGRES, "hobby", "my-db"), &on(shop(), vec![addon("ledger", true)]));
    assert_taken(&second);
    assert_eq!(changed(&second), ["shop-dev MYDB_DATABASE_URL - -> my-db"]);
    // Where the neighbours were not read, the variables tell that there is one.
    let mut unread = on(shop(), vec![]);
    unread.variables = vec![variables("shop-dev", &[("DATABASE_URL", Some("ledger"))])];
    let second = of(&create(POSTGRES, "hobby", "my-db"), &unread);
    assert_eq!(changed(&second), ["shop-dev MYDB_DATABASE_URL - -> my-db"]);
}

#[test]
fn an_app_without_a_web_process_gets_one_with_its_first_add_on() {
    let command = create(POSTGRES, "hobby", "ledger");
    assert!(says(
        &of(&command, &on(app("shop-dev", "", "us-west", "0"), vec![])),
        "A web process of shop-dev: it has none"
    ));
    assert!(!says(&of(&command, &on(shop(), vec![])), "A web process"));
}

#[test]
fn what_the_server_would_refuse_of_a_create_is_refused_before() {
    let situation = || on(shop(), vec![addon("ledger", true)]);
    let refuse = |command: &Command, text: &str| assert_refused(&of(command, &situation()), text);
    refuse(&create(POSTGRES, "old", "x1"), "is shut down");
    refuse(&create(POSTGRES, "nope", "x1"), "has no plan nope");
    refuse(&create(POSTGRES, "shield-0", "x1"), "is for spaces with prod");
    refuse(&create(POSTGRES, "hobby", "1x"), "can't be the name");
    refuse(&create(POSTGRES, "hobby", "Ledger"), "has an add-on called Ledger already");
    assert_taken(&of(&create(POSTGRES, "aging", "x1"), &situation()));
    assert!(says(&of(&create(POSTGRES, "aging", "x1"), &situation()), "is deprecated"));
    assert_taken(&of(&create(POSTGRES, "shield-0", "x1"), &on(app("shop-dev", "socs,prod", "us-west", "1"), vec![])));
    let far = on(app("shop-dev", "", "eu-ireland", "1"), vec![]);
    assert_refused(&of(&create(POSTGRES, "hobby", "x1"), &far), "not offered in the region eu-ireland");
    let single = on(shop(), vec![of_plan(addon("keys", true), "securekey", "fortnightly")]);
    assert_refused(&of(&create("securekey", "fortnightly", "x1"), &single), "can't have it twice");
    assert_taken(&of(&create("securekey", "fortnightly", "x1"), &situation()));
}

#[test]
fn an_add_on_without_an_app_with_another_alias_or_with_options_is_refused() {
    let Command::CreateAddon(plain) = create(POSTGRES, "hobby", "x1") else { unreachable!() };
    let none = CreateAddon { app: None, ..plain.clone() };
    assert_refused(&of(&Command::CreateAddon(none), &Situation::default()), "An app owns each add-on");
    let alias = CreateAddon { alias: Some("other".into()), ..plain.clone() };
    assert_refused(&of(&Command::CreateAddon(alias), &on(shop(), vec![])), "one name on the app that owns it");
    let options = CreateAddon { options: [("fork".to_owned(), "x".to_owned())].into(), ..plain };
    assert_refused(&of(&Command::CreateAddon(options), &on(shop(), vec![])), "no options");
}

/// `ledger` of shop-dev, to be attached to blog-dev.
fn attaching(addon: Addon, target: App, neighbours: Vec<Addon>) -> Situation {
    Situation { addon: Some(addon), ..on(target, neighbours) }
}

fn blog() -> App {
    app("blog-dev", "", "us-west", "1")
}

#[test]
fn attaching_restarts_gives_variables_and_tells_what_sharing_means() {
    let ledger = addon("ledger", true);
    let effects = of(&attach(&ledger, Some("books")), &attaching(ledger.clone(), blog(), vec![]));
    assert_taken(&effects);
    assert_eq!(changed(&effects), ["blog-dev DATABASE_URL - -> ledger"]);
    assert_eq!(restarts(&effects), ["blog-dev"]);
    assert!(says(&effects, "share its connections, its locks and its failures"));
    let others = vec![owned_by("blog-dev", "posts", true)];
    let second = of(&attach(&ledger, Some("books")), &attaching(ledger.clone(), blog(), others.clone()));
    assert_eq!(changed(&second), ["blog-dev BOOKS_DATABASE_URL - -> ledger"]);
    let unnamed = of(&attach(&ledger, None), &attaching(ledger.clone(), blog(), others));
    assert!(changed(&unnamed).is_empty() && says(&unnamed, "of a name that Akkeris makes up"));
    assert!(says(&unnamed, "Give it an alias, such as") && !says(&unnamed, "--as"), "the screen has no flags");
}

#[test]
fn a_variable_of_its_own_that_an_app_has_is_told_as_taken_over() {
    let ledger = addon("ledger", true);
    let mut situation = attaching(ledger.clone(), blog(), vec![]);
    situation.variables = vec![variables("blog-dev", &[("DATABASE_URL", None)])];
    let effects = of(&attach(&ledger, Some("books")), &situation);
    assert_eq!(changed(&effects), ["blog-dev DATABASE_URL own -> ledger"]);
    assert_eq!(effects.risk(), crate::model::Risk::Destroys);
}

#[test]
fn what_the_server_would_refuse_of_an_attach_is_refused_before() {
    let ledger = || addon("ledger", true);
    let refuse = |addon: Addon, target: App, neighbours: Vec<Addon>, alias: Option<&str>, text: &str| {
        let command = attach(&addon, alias);
        assert_refused(&of(&command, &attaching(addon, target, neighbours)), text);
    };
    refuse(owned_by("blog-dev", "ledger", true), blog(), vec![], None, "blog-dev owns ledger");
    refuse(attached(ledger(), "blog-dev", "books", true), blog(), vec![], None, "is attached to blog-dev already");
    refuse(attached(ledger(), "mail-dev", "books", true), blog(), vec![], Some("Books"), "needs a name of its own");
    refuse(ledger(), blog(), vec![], Some("a b"), "can't be the name");
    refuse(ledger(), app("blog-dev", "", "eu-ireland", "1"), vec![], None, "within a region only");
    refuse(compliant(ledger(), "socs"), blog(), vec![], None, "stays in such spaces");
    refuse(compliant(ledger(), "prod"), app("blog-dev", "socs", "us-west", "1"), vec![], None, "of a prod space");
    refuse(of_plan(ledger(), "logtap", "basic"), blog(), vec![], None, "can't be shared");
    let keys = || of_plan(addon("keys", true), "securekey", "fortnightly");
    let theirs = of_plan(owned_by("blog-dev", "own", true), "securekey", "fortnightly");
    refuse(keys(), blog(), vec![theirs], None, "can't have it twice");
    let failed = Addon { state: State::Failed, state_word: "deprovisioned".into(), ..ledger() };
    let effects = of(&attach(&failed, None), &attaching(failed, blog(), vec![]));
    assert!(says(&effects, "whether it could be made at all") && effects.risk() == crate::model::Risk::Destroys);
}

#[test]
fn the_other_direction_of_compliance_is_allowed_and_other_kinds_are_not_compared() {
    let ledger = addon("ledger", true);
    let into_socs =
        of(&attach(&ledger, None), &attaching(ledger.clone(), app("blog-dev", "socs", "us-west", "1"), vec![]));
    assert_taken(&into_socs);
    assert!(says(&into_socs, "leaves that space"));
    let internal = compliant(addon("ledger", true), "internal");
    assert_taken(&of(&attach(&internal, None), &attaching(internal.clone(), blog(), vec![])));
    let same = compliant(addon("ledger", true), "prod,socs");
    assert_taken(&of(
        &attach(&same, None),
        &attaching(same.clone(), app("blog-dev", "socs,prod", "us-west", "1"), vec![]),
    ));
    // The owner's own name is not among those that are taken.
    assert_taken(&of(&attach(&ledger, Some("ledger")), &attaching(ledger.clone(), blog(), vec![])));
}
