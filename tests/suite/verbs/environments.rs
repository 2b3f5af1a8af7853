//! What is new on orkestr, by its verbs: environments, deployments, automatic backups, add-ons without plans.

use serde_json::Value;

use crate::stand_ins::orkestr::{self, Store, seed};
use crate::stand_ins::{Rig, World};
use crate::support::home::{Home, Ran};

/// A home with a running orkestr.
struct Here {
    home: Home,
    api: Rig<orkestr::Orkestr>,
    _store: Rig<Store>,
    url: String,
}

impl Here {
    async fn start() -> Self {
        let (store, place) = Rig::on_tcp("127.0.0.1:0", Store::default(), orkestr::store::router()).await.unwrap();
        let (api, url) = Rig::on_tcp("127.0.0.1:0", orkestr::Orkestr::small(place), orkestr::router()).await.unwrap();
        Self { home: Home::new(), api, _store: store, url }
    }

    #[track_caller]
    fn line(&self, line: &str) -> Ran {
        let words = ["--platform", "orkestr", "--endpoint", &self.url].into_iter().chain(line.split_whitespace());
        let output =
            self.home.command(words).env_remove("ATTACHE_PROFILE").env("ATTACHE_TOKEN", seed::TEAM).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn environment(&self, name: &str) -> Value {
        let all = self.line("apps environments shop --json").expect(0).json();
        let rows = all["environments"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{all}")).clone()
    }
}

fn injected<'a>(environment: &'a Value, addon: &str) -> &'a Value {
    let rows = environment["injections"].as_array().unwrap();
    rows.iter().find(|row| row["addon"] == addon).unwrap_or_else(|| panic!("{environment}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_without_a_variable_is_derived_and_deployed_again() {
    let here = Here::start().await;
    // The add-on is two hours old, production serves since 400 hours, staging since one.
    let production = here.environment("production");
    assert_eq!(injected(&production, "analytics")["state"], "pending", "{production}");
    assert_eq!(injected(&production, "analytics")["is_derived"], true);
    assert_eq!(injected(&production, "orders")["state"], "injected", "{production}");
    assert_eq!(injected(&here.environment("staging"), "analytics")["state"], "injected");
    let shown = here.line("apps info shop").expect(0);
    assert!(shown.out.contains("NOT YET INJECTED (DERIVED)") && shown.out.contains("analytics"), "{}", shown.out);

    let before = here.api.world(|world| world.project("shop").deployments.len());
    here.line("apps redeploy shop").expect(3);
    here.line("apps redeploy shop --environment nowhere --confirm shop").expect(1);
    assert_eq!(here.api.world(|world| world.project("shop").deployments.len()), before, "nothing was sent");
    let sent = here.line("apps redeploy shop --confirm shop --json").expect(0).json();
    let id = sent["operation"]["work_id"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned();
    here.api.world(|world| world.advance(20));
    let shown = here.line(&format!("deployments show {id} --json")).expect(0).json();
    assert_eq!(shown["deployment"]["state"], "done", "{shown}");
    assert!(shown["deployment"]["steps"].as_array().is_some_and(|steps| steps.len() > 3), "{shown}");
    assert_eq!(injected(&here.environment("production"), "analytics")["state"], "injected");
}

#[tokio::test(flavor = "multi_thread")]
async fn deployments_are_listed_and_a_failed_one_says_what_it_wrote() {
    let here = Here::start().await;
    let all = here.line("deployments list shop --environment production --json").expect(0).json();
    let rows = all["deployments"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 3, "{all}");
    let failed = rows.iter().find(|row| row["state"] == "failed").unwrap_or_else(|| panic!("{all}"));
    let id = failed["id"].as_str().unwrap();
    let shown = here.line(&format!("deployments show {id}")).expect(0);
    assert!(shown.out.contains("failed") && shown.out.contains("not begun"), "{}", shown.out);
    assert!(
        !here.line(&format!("deployments log {id} --json")).expect(0).json()["lines"].as_array().unwrap().is_empty()
    );
    assert_ne!(here.line("deployments log nothing").code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn automatic_backups_are_set_and_not_flipped() {
    let here = Here::start().await;
    let is_on = |name: &str| here.api.world(|world| world.project("shop").addon(name).has_auto_backup);
    let told = here.line("backups list orders --json").expect(0).json();
    assert_eq!(told["policy"]["automatic"], true, "{told}");
    assert!(told["facts"].as_array().is_some_and(|facts| !facts.is_empty()), "what is told comes as it is: {told}");
    let ran = here.line("backups auto orders on --confirm orders").expect(0);
    assert!(ran.out.contains("on already"), "{}", ran.out);
    assert!(is_on("orders"), "it was on, and is not flipped");
    here.line("backups auto orders off --confirm orders").expect(0);
    assert!(!is_on("orders"));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_plans_and_a_version_and_a_variable_are_said() {
    let here = Here::start().await;
    assert_eq!(here.line("addons plans postgres --json").expect(0).json()["plans"], Value::Null);
    let refused = here.line("addons create postgres:big --app shop --name extra --confirm extra").expect(2);
    assert!(refused.err.contains("no plans"), "{}", refused.err);
    let line = "addons create postgres --app shop --name extra --as REPORTING_URL --option version=16 --confirm extra";
    let made = here.line(line).expect(0);
    assert!(made.out.contains("attache apps redeploy shop"), "{}", made.out);
    let variable = here.api.world(|world| world.project("shop").addon("extra").variable.clone());
    assert_eq!(variable, "REPORTING_URL");
    let all = here.line("addons --app shop --json").expect(0).json();
    assert_eq!(all["complete"], true);
}
