//! Which request is for what. No path ends in a slash.

use super::exchange::{Answer, Ask, Refusal};
use super::world::Orkestr;
use super::{account, addons, backups, containers, deployments, environments, groups, projects};

pub(super) fn answer(world: &mut Orkestr, ask: &Ask) -> Answer {
    let path: Vec<&str> = ask.path.iter().map(String::as_str).collect();
    match (ask.method.as_str(), path.as_slice()) {
        ("GET", ["api", "auth", "me"]) => account::me(ask),
        ("DELETE", ["api", "api-tokens", "current"]) => account::revoke(world, &ask.token),
        ("POST", ["api", "projects", "detect-services"]) => projects::detect(ask),
        (_, ["api", "v1", rest @ ..]) => platform(world, ask, rest),
        _ => nowhere(),
    }
}

fn nowhere() -> Answer {
    Err(Refusal::new(404, "Not Found"))
}

fn platform(world: &mut Orkestr, ask: &Ask, path: &[&str]) -> Answer {
    match (ask.method.as_str(), path) {
        ("GET", ["api-tokens"]) => account::tokens(world),
        ("POST", ["api-tokens"]) => account::create_token(world, ask),
        ("DELETE", ["api-tokens", id]) => account::revoke(world, id),
        ("GET", ["dashboard", "summary"]) => account::summary(world, ask),
        ("GET", ["activity"]) => account::activity(world, ask),
        ("GET", ["notifications"]) => account::notifications(world),
        ("POST", ["notifications", "read-all"]) => account::read_notifications(world, None),
        ("PATCH", ["notifications", id, "read"]) => account::read_notifications(world, Some(id)),
        ("GET", ["groups"]) => groups::list(world),
        ("POST", ["groups"]) => groups::create(world, ask),
        ("GET", ["groups", id]) => groups::one(world, id),
        ("DELETE", ["groups", id]) => groups::delete(world, id),
        ("POST", ["groups", id, "projects", project]) => groups::put(world, id, project, true),
        ("DELETE", ["groups", id, "projects", project]) => groups::put(world, id, project, false),
        ("GET", ["deployments", id]) => deployments::one(world, id),
        ("GET", ["deployments", id, "logs"]) => deployments::logs(world, id),
        ("GET", ["deployments", id, "build-log"]) => deployments::build_log(world, id),
        ("POST", ["deployments", id, "rollback"]) => deployments::roll_back(world, id),
        ("GET", ["projects"]) => projects::list(world, ask),
        ("POST", ["projects"]) => projects::create(world, ask),
        ("GET", ["projects", "check-name", name]) => projects::check_name(world, name),
        (_, ["projects", id, rest @ ..]) if !rest.contains(&"") => {
            let Some(at) = world.projects.iter().position(|project| project.id == *id) else {
                return Err(Refusal::missing("Project"));
            };
            of_project(world, ask, at, rest)
        }
        _ => nowhere(),
    }
}

fn of_project(world: &mut Orkestr, ask: &Ask, at: usize, path: &[&str]) -> Answer {
    match (ask.method.as_str(), path) {
        ("GET", []) => projects::one(world, at),
        ("PATCH", []) => projects::change(world, at, ask),
        ("DELETE", []) => projects::delete(world, at),
        ("POST", ["analyze"]) => projects::analyze(world, at),
        ("GET", ["env-vars"]) => environments::variables(world, at, None),
        ("GET", ["webhook"]) => projects::webhook(world, at),
        ("POST", ["webhook", "toggle"]) => projects::toggle_webhook(world, at, ask),
        ("GET", ["environments"]) => environments::list(world, at),
        ("POST", ["environments"]) => environments::create(world, at, ask),
        ("PATCH", ["environments", id]) => environments::change(world, at, id, ask),
        ("DELETE", ["environments", id]) => environments::delete(world, at, id),
        ("GET", ["environments", id, "env-vars"]) => environments::variables(world, at, Some(id)),
        ("GET", ["addons"]) => addons::list(world, at),
        ("POST", ["addons"]) => addons::create(world, at, ask),
        (_, ["addons", id, rest @ ..]) => {
            let Some(which) = world.projects[at].addons.iter().position(|addon| addon.id == *id) else {
                return Err(Refusal::missing("Add-on"));
            };
            of_addon(world, ask, (at, which), rest)
        }
        ("GET", ["deployments"]) => deployments::list(world, at, ask),
        ("POST", ["deployments"]) => deployments::create(world, at, ask),
        ("GET", ["deployment-stats"]) => deployments::stats(world, at),
        (_, [word]) => containers::answer(world, at, ask, word).unwrap_or_else(nowhere),
        _ => nowhere(),
    }
}

fn of_addon(world: &mut Orkestr, ask: &Ask, at: (usize, usize), path: &[&str]) -> Answer {
    match (ask.method.as_str(), path) {
        ("GET", []) => addons::one(world, at),
        ("DELETE", []) => addons::delete(world, at),
        ("GET", ["backups"]) => backups::list(world, at),
        ("POST", ["backups"]) => backups::create(world, at, ask),
        ("GET", ["backups", id, "download"]) => backups::download(world, at, id),
        ("DELETE", ["backups", id]) => backups::delete(world, at, id),
        ("PATCH", ["auto-backup"]) => backups::toggle(world, at),
        ("GET", ["backup-info"]) => backups::info(world, at, ask),
        _ => nowhere(),
    }
}
