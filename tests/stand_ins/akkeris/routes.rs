//! Which request is for what. A route is matched against path and query: whatever is not here, is nowhere.

use super::World;
use super::front::{Asked, Reply, no_body};

/// A handler that needs a body.
fn with_body(asked: &Asked, then: impl FnOnce(&serde_json::Value) -> Reply) -> Reply {
    match &asked.body {
        Some(body) => then(body),
        None => no_body(),
    }
}

pub(super) fn reply(world: &mut World, asked: &Asked) -> Reply {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    let takes_query = matches!(path.as_slice(), ["apps"] | ["audits"]) && asked.method == "GET";
    if asked.query.is_some() && !takes_query || path.contains(&"") {
        return Reply::Nowhere;
    }
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["spaces"]) => world.list_spaces(),
        ("GET", ["spaces", space]) => world.one_space(space),
        ("POST", ["spaces"]) => with_body(asked, |body| world.create_space(body)),
        ("GET", [kind @ ("organizations" | "regions" | "stacks")]) => world.list_named(kind),
        ("GET", [kind @ ("organizations" | "regions" | "stacks"), one]) => world.one_named(kind, one),
        ("GET", ["apps"]) => match asked.query.as_deref() {
            None => world.list_apps(false),
            Some("simple=true") => world.list_apps(true),
            Some(_) => Reply::Nowhere,
        },
        ("POST", ["apps"]) => with_body(asked, |body| world.create_app(body)),
        ("GET", ["addon-services"]) => world.list_services(),
        ("GET", ["addon-services", service]) => world.service(service),
        ("GET", ["addon-services", service, "plans"]) => world.plans(service),
        ("GET", ["addon-services", service, "plans", plan]) => world.one_plan(service, plan),
        ("GET", ["addons"]) => world.list_all_addons(),
        ("GET", ["addons", id]) => world.one_addon_by_id(id),
        ("GET", ["addons", id, "config"]) => world.addon_config(id),
        ("GET", ["addons", id, "addon-attachments"]) => world.attachments_of_addon(id),
        ("GET", ["addon-attachments"]) => world.list_all_attachments(),
        ("GET", ["addon-attachments", id]) => world.one_attachment_by_id(id),
        // The same handler: the app or the add-on in the path is not looked at.
        ("POST", ["addon-attachments"] | ["apps" | "addons", _, "addon-attachments"]) => {
            with_body(asked, |body| world.attach(body, asked))
        }
        ("DELETE", ["addon-attachments", id] | ["apps", _, "addon-attachments", id]) => world.detach(id, asked),
        ("GET", ["audits"]) => world.list_audits(asked.query.as_deref().unwrap_or_default()),
        ("GET", ["docs", "hooks"]) => world.hook_types(),
        (_, ["apps", app, rest @ ..]) => of_app(world, asked, app, rest),
        _ => Reply::Nowhere,
    }
}

fn of_app(world: &mut World, asked: &Asked, app: &str, rest: &[&str]) -> Reply {
    // Which routes there are is known before which apps there are.
    let is_route = matches!(
        (asked.method.as_str(), rest),
        ("GET" | "PATCH" | "DELETE", [])
            | ("GET" | "POST", ["addons" | "releases" | "hooks"])
            | ("GET" | "PATCH", ["config-vars"] | ["config-vars", "notes"] | ["addon-attachments", _])
            | ("GET", ["addon-attachments"] | ["releases", _] | ["hooks", _, "results"])
            | ("GET" | "PATCH" | "DELETE", ["addons" | "hooks", _])
            | ("POST", ["log-sessions"])
            | (
                "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
                ["addons", _, "actions", _] | ["addons", _, "actions", _, _]
            )
    );

    if !is_route {
        return Reply::Nowhere;
    }
    let Some(found) = world.app(app) else {
        return super::front::sentence(404, format!("The specified application {app} does not exist."));
    };
    let app = found.named.id.clone();
    match (asked.method.as_str(), rest) {
        ("GET", []) => world.one_app(&app),
        ("PATCH", []) => with_body(asked, |body| world.change_app(&app, body, asked)),
        ("DELETE", []) => world.delete_app(&app, asked),
        ("GET", ["addons"]) => world.list_addons(&app),
        ("POST", ["addons"]) => with_body(asked, |body| world.create_addon(&app, body, asked)),
        ("GET", ["addons", addon]) => world.one_addon(&app, addon),
        ("PATCH", ["addons", addon]) => with_body(asked, |body| world.change_addon(&app, addon, body, asked)),
        ("DELETE", ["addons", addon]) => world.delete_addon(&app, addon, asked),
        (_, ["addons", addon, "actions", action @ ..]) => world.act(&app, addon, action, asked),
        ("GET", ["addon-attachments"]) => world.list_attachments(&app),
        ("GET", ["addon-attachments", one]) => world.one_attachment(&app, one),
        ("PATCH", ["addon-attachments", one]) => {
            with_body(asked, |body| world.change_attachment(&app, one, body, asked))
        }
        ("GET", ["config-vars"]) => world.config_vars(&app),
        ("PATCH", ["config-vars"]) => with_body(asked, |body| world.change_config_vars(&app, body)),
        ("GET", ["config-vars", "notes"]) => world.config_notes(&app),
        ("PATCH", ["config-vars", "notes"]) => with_body(asked, |body| world.change_notes(&app, body)),
        ("GET", ["releases"]) => world.list_releases(&app),
        ("GET", ["releases", id]) => world.one_release(&app, id),
        ("POST", ["releases"]) => with_body(asked, |body| world.release(&app, body)),
        ("GET", ["hooks"]) => world.list_hooks(&app),
        ("POST", ["hooks"]) => with_body(asked, |body| world.create_hook(&app, body)),
        ("GET", ["hooks", id]) => world.one_hook(&app, id),
        ("PATCH", ["hooks", id]) => with_body(asked, |body| world.change_hook(&app, id, body)),
        ("DELETE", ["hooks", id]) => world.delete_hook(&app, id),
        ("GET", ["hooks", id, "results"]) => world.hook_results(&app, id),
        ("POST", ["log-sessions"]) => with_body(asked, |body| world.log_session(body)),
        _ => Reply::Nowhere,
    }
}
