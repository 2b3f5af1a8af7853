//! Deployments: started, followed, rolled back.

use serde_json::{Value, json};

use super::exchange::{Answer, Ask, Refusal, ok, page};
use super::project::{Deployment, STEPS};
use super::world::{Orkestr, now};

/// Newest first. There is no filter: what the query says of an environment is not looked at.
pub(super) fn list(world: &mut Orkestr, at: usize, ask: &Ask) -> Answer {
    let tells = world.switches.tells_environment;
    let rows = world.projects[at].deployments.iter().rev().map(|one| one.json(tells)).collect();
    let answer = page(ask, "deployments", rows);
    if world.switches.reads_move {
        for one in 0..world.projects[at].deployments.len() {
            world.projects[at].step_deployment(one);
        }
    }
    answer
}

/// Of the environment that the query names, else of the production.
pub(super) fn create(world: &mut Orkestr, at: usize, ask: &Ask) -> Answer {
    let wanted = ask.query("environment_id");
    let environments = &world.projects[at].environments;
    let found = environments.iter().find(|one| wanted.map_or(one.is_production, |id| one.id == id));
    let Some(environment) = found else { return Err(Refusal::missing("Environment")) };
    // By hand, a branch called `broken` does not build.
    let broken = (environment.branch == "broken").then_some(2);
    let fails_at = world.switches.deployments_fail_at.or(broken);
    let (environment, commit) = (environment.id.clone(), Some("4f0c1a556d1e4c579c100a8f3f1be001aa21cd90".into()));
    begin(world, at, Start { environment, trigger: "manual", commit, image: None, first: 0, fails_at })
}

struct Start {
    environment: String,
    trigger: &'static str,
    commit: Option<String>,
    image: Option<String>,
    first: usize,
    fails_at: Option<usize>,
}

fn begin(world: &mut Orkestr, at: usize, start: Start) -> Answer {
    let deployment = Deployment {
        id: world.id(),
        environment: start.environment,
        trigger: start.trigger.into(),
        commit: start.commit,
        image: start.image,
        created_at: now(),
        finished_at: None,
        first: start.first,
        at: None,
        fails_at: start.fails_at,
        word: None,
    };
    let shown = json!({"id": deployment.id, "status": deployment.status(), "trigger": deployment.trigger,
                       "created_at": deployment.created_at});
    let details = json!({"project": world.projects[at].name, "deployment": deployment.id});
    world.projects[at].deployments.push(deployment);
    world.record("deployment.created", "deployment", details);
    Ok((201, shown))
}

fn find(world: &Orkestr, id: &str) -> Result<(usize, usize), Refusal> {
    let of = |(at, project): (usize, &super::project::Project)| {
        Some((at, project.deployments.iter().position(|one| one.id == id)?))
    };
    world.projects.iter().enumerate().find_map(of).ok_or_else(|| Refusal::missing("Deployment"))
}

pub(super) fn one(world: &mut Orkestr, id: &str) -> Answer {
    let (at, which) = find(world, id)?;
    let shown = world.projects[at].deployments[which].json(world.switches.tells_environment);
    if world.switches.reads_move {
        world.projects[at].step_deployment(which);
    }
    ok(shown)
}

pub(super) fn logs(world: &Orkestr, id: &str) -> Answer {
    let (at, which) = find(world, id)?;
    ok(json!({"logs": world.projects[at].deployments[which].logs()}))
}

pub(super) fn build_log(world: &Orkestr, id: &str) -> Answer {
    let (at, which) = find(world, id)?;
    ok(json!({"build_log": world.projects[at].deployments[which].build_log()}))
}

/// A new deployment of an old image.
pub(super) fn roll_back(world: &mut Orkestr, id: &str) -> Answer {
    let (at, which) = find(world, id)?;
    let old = &world.projects[at].deployments[which];
    if !["live", "superseded"].contains(&old.status()) {
        return Err(Refusal::new(409, format!("A deployment that is {} cannot be rolled back to.", old.status())));
    }
    let (environment, commit, image) = (old.environment.clone(), old.commit.clone(), old.image.clone());
    let fails_at = world.switches.deployments_fail_at.map(|step| step.max(3));
    begin(world, at, Start { environment, trigger: "rollback", commit, image, first: 3, fails_at })
}

pub(super) fn stats(world: &Orkestr, at: usize) -> Answer {
    let all = &world.projects[at].deployments;
    let good = all.iter().filter(|one| one.at == Some(STEPS.len())).count();
    let bad = all.iter().filter(|one| one.status() == "failed").count();
    let rate = if good + bad == 0 { 0.0 } else { 100.0 * good as f64 / (good + bad) as f64 };
    let last = all.last().map(|one| {
        json!({"status": one.status(), "trigger": one.trigger, "commit_sha": one.commit,
               "created_at": one.created_at})
    });
    ok(json!({"total_deployments": all.len(), "successful": good, "failed": bad, "success_rate": rate,
              "avg_deploy_time_seconds": 180.0, "last_deployment": last.unwrap_or(Value::Null)}))
}
