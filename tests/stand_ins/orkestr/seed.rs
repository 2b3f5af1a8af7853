//! The small world, and a larger one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::project::{Addon, Backup, Deployment, Environment, Project};
use super::world::{Group, Orkestr, PLANTED, Plan, Token, time};

/// The tokens: everything on Team and on Pro, only reading, the free plan, and one that has run out.
pub(crate) const TEAM: &str = "ork_team_stand_in";
pub(crate) const PRO: &str = "ork_pro_stand_in";
pub(crate) const READER: &str = "ork_reader_stand_in";
pub(crate) const STARTER: &str = "ork_starter_stand_in";
pub(crate) const EXPIRED: &str = "ork_expired_stand_in";

/// So many hours ago.
pub(crate) fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

pub(super) fn small(store: String) -> Orkestr {
    let mut world = Orkestr::empty(store);
    let tokens = [
        (TEAM, "*", Plan::Team),
        (PRO, "*", Plan::Pro),
        (READER, "projects:read", Plan::Team),
        (STARTER, "*", Plan::Free),
        (EXPIRED, "*", Plan::Team),
    ];
    for (secret, scopes, plan) in tokens {
        let is_live = secret != EXPIRED;
        let ended = (!is_live).then(|| time(ago(24)));
        let id = world.id();
        world.tokens.push(Token {
            id,
            name: secret.trim_start_matches("ork_").replace('_', " "),
            secret: secret.to_owned(),
            scopes,
            plan,
            created_at: time(ago(2000)),
            expires_at: ended,
            last_used_at: None,
            is_live,
        });
    }
    shop(&mut world);
    blog(&mut world);
    // Its one add-on waits for a first deployment.
    project(&mut world, "docs", None, "2026-10-02T10:00:00");
    addon(
        &mut world,
        "docs",
        Wanted { name: "pages", kind: "postgres", variable: "DATABASE_URL", hours: 30, status: "running" },
    );

    for (name, slug, members) in
        [("Customers", "customers", vec!["shop", "blog"]), ("Internal", "internal", vec!["docs"])]
    {
        let projects = members.into_iter().map(|name| world.project(name).id.clone()).collect();
        let id = world.id();
        world.groups.push(Group {
            id,
            name: name.into(),
            slug: slug.into(),
            description: (slug == "customers").then(|| "What customers see".into()),
            projects,
            created_at: time(ago(900)),
        });
    }
    world.record("deployment.live", "deployment", json!({"project": "shop", "environment": "production"}));
    world.record("addon.created", "addon", json!("analytics was added to shop"));
    let id = world.id();
    world.notifications.push(json!({"id": id, "created_at": time(ago(5)), "type": "deployment_failed",
                                    "title": "Deployment of blog (preview) failed", "read_at": null}));
    world
}

/// Four add-ons: one standing with backups, one asleep, one made after the last deployment, and one with a word nobody knows.
fn shop(world: &mut Orkestr) {
    project(world, "shop", Some("Shop"), "2026-03-01T08:00:00.500000+00:00");
    addon(
        world,
        "shop",
        Wanted { name: "orders", kind: "postgres", variable: "DATABASE_URL", hours: 4000, status: "running" },
    );
    addon(
        world,
        "shop",
        Wanted { name: "sessions", kind: "redis", variable: "REDIS_URL", hours: 3000, status: "sleeping" },
    );
    addon(
        world,
        "shop",
        Wanted { name: "analytics", kind: "postgres", variable: "ANALYTICS_URL", hours: 2, status: "running" },
    );
    addon(
        world,
        "shop",
        Wanted { name: "search", kind: "redis", variable: "SEARCH_URL", hours: 500, status: "rebalancing" },
    );
    let staging = environment(world, "shop", "staging", "develop");
    let production = world.project("shop").environment("production").id.clone();
    for (environment, hours, fails_at) in [
        (&production, 900, None),
        (&production, 400, None),
        (&staging, 300, None),
        (&production, 48, Some(4)),
        (&staging, 1, None),
    ] {
        deployed(world, "shop", environment, hours, fails_at);
    }
    world.project("shop").addon("orders").has_auto_backup = true;
    for (hours, trigger, status) in
        [(72, "auto", "completed"), (49, "manual", "completed"), (48, "auto", "failed"), (24, "auto", "completed")]
    {
        backup(world, ("shop", "orders"), hours, trigger, status);
    }
    backup(world, ("shop", "analytics"), 1, "manual", "running");
}

/// One being made, one failed; an environment whose branch does not build.
fn blog(world: &mut Orkestr) {
    project(world, "blog", Some("The Blog"), "2026-06-11T17:30:00Z");
    addon(
        world,
        "blog",
        Wanted { name: "posts", kind: "postgres", variable: "DATABASE_URL", hours: 1, status: "provisioning" },
    );
    addon(world, "blog", Wanted { name: "cache", kind: "redis", variable: "REDIS_URL", hours: 200, status: "failed" });
    addon(
        world,
        "blog",
        Wanted { name: "comments", kind: "postgres", variable: "COMMENTS_URL", hours: 700, status: "running" },
    );
    let preview = environment(world, "blog", "preview", "broken");
    let production = world.project("blog").environment("production").id.clone();
    deployed(world, "blog", &production, 100, None);
    deployed(world, "blog", &preview, 5, Some(2));
}

/// The small one, and further projects with four add-ons each.
pub(super) fn large(store: String, addons: usize) -> Orkestr {
    let mut world = small(store);
    let mut left = addons.saturating_sub(world.projects.iter().map(|project| project.addons.len()).sum());
    let mut number = 0;
    while left > 0 {
        number += 1;
        let name = format!("project-{number:03}");
        project(&mut world, &name, None, "2026-05-05T05:05:05Z");
        let production = world.project(&name).environments[0].id.clone();
        deployed(&mut world, &name, &production, 24, None);
        let four = [("main", "postgres"), ("cache", "redis"), ("events", "postgres"), ("queue", "redis")];
        for (addon_name, kind) in four.into_iter().take(left) {
            let variable = format!("{}_URL", addon_name.to_uppercase());
            addon(
                &mut world,
                &name,
                Wanted { name: addon_name, kind, variable: &variable, hours: 500, status: "running" },
            );
            left -= 1;
        }
    }
    world
}

/// A project with a production environment that was never deployed.
pub(super) fn project(world: &mut Orkestr, name: &str, display_name: Option<&str>, created_at: &str) {
    let (id, production) = (world.id(), world.id());
    let own = |name: &str| BTreeMap::from([(name.to_owned(), PLANTED.to_owned())]);
    world.projects.push(Project {
        id,
        name: name.to_owned(),
        display_name: display_name.map(str::to_owned),
        description: None,
        branch: "main".into(),
        framework: Some("nextjs".into()),
        status: "active".into(),
        created_at: created_at.to_owned(),
        variables: own("SESSION_KEY"),
        is_webhook_on: true,
        environments: vec![Environment {
            id: production,
            name: "production".into(),
            branch: "main".into(),
            is_production: true,
            auto_deploy: true,
            status: "created".into(),
            variables: own("MAIL_PASSWORD"),
        }],
        addons: Vec::new(),
        deployments: Vec::new(),
    });
}

/// A further environment; its id.
pub(crate) fn environment(world: &mut Orkestr, project: &str, name: &str, branch: &str) -> String {
    let id = world.id();
    world.project(project).environments.push(Environment {
        id: id.clone(),
        name: name.into(),
        branch: branch.into(),
        is_production: false,
        auto_deploy: false,
        status: "created".into(),
        variables: BTreeMap::new(),
    });
    id
}

/// What is needed to make an add-on past all rules.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) variable: &'a str,
    /// How long ago.
    pub(crate) hours: i64,
    pub(crate) status: &'a str,
}

/// Makes an add-on past all rules; its id.
pub(crate) fn addon(world: &mut Orkestr, project: &str, wanted: Wanted<'_>) -> String {
    let id = world.id();
    let made = ago(wanted.hours);
    // Both forms are seen in the wild; no offset means UTC.
    let created_at = match wanted.kind {
        "redis" => made.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        _ => time(made),
    };
    world.project(project).addons.push(Addon {
        id: id.clone(),
        name: wanted.name.into(),
        kind: wanted.kind.into(),
        version: if wanted.kind == "redis" { "7" } else { "16" }.into(),
        status: wanted.status.into(),
        variable: wanted.variable.into(),
        has_auto_backup: false,
        created_at,
        backups: Vec::new(),
        backups_today: 0,
        steps: if wanted.status == "provisioning" { 3 } else { 0 },
        becomes: Some("running"),
    });
    id
}

/// A deployment that ended, started so many hours ago; its id.
pub(crate) fn deployed(
    world: &mut Orkestr,
    project: &str,
    environment: &str,
    hours: i64,
    fails_at: Option<usize>,
) -> String {
    let id = world.id();
    let one = Deployment::ended(id.clone(), environment, ago(hours), fails_at);
    let project = world.project(project);
    if one.status() == "live" {
        let before = project.deployments.iter_mut().filter(|old| old.environment == environment);
        before.filter(|old| old.status() == "live").for_each(|old| old.word = Some("superseded"));
        project.environment(environment).status = "running".into();
    }
    project.deployments.push(one);
    id
}

/// A backup of so many hours ago; its id.
pub(crate) fn backup(
    world: &mut Orkestr,
    (project, addon): (&str, &str),
    hours: i64,
    trigger: &str,
    status: &str,
) -> String {
    let id = world.id();
    world.project(project).addon(addon).backups.push(Backup {
        id: id.clone(),
        status: status.into(),
        trigger: trigger.into(),
        size: (status == "completed").then_some(40_000 + u64::try_from(hours).unwrap()),
        created_at: time(ago(hours)),
        steps: if status == "running" { 2 } else { 0 },
        fails: false,
    });
    id
}
