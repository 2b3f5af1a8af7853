//! The account: who it is, its tokens, what happened.

use serde_json::{Value, json};

use super::exchange::{Answer, Ask, Refusal, no_content, ok};
use super::world::{Orkestr, PLANTED, Plan, Token, now};

pub(super) fn me(ask: &Ask) -> Answer {
    ok(json!({"username": "ada", "email": "ada@example.test", "plan": ask.plan.word(), "is_active": true,
              "created_at": "2026-02-03T09:15:00.120000"}))
}

impl Token {
    fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "created_at": self.created_at, "expires_at": self.expires_at,
               "last_used_at": self.last_used_at})
    }
}

pub(super) fn tokens(world: &Orkestr) -> Answer {
    let rows: Vec<Value> = world.tokens.iter().filter(|token| token.is_live).map(Token::json).collect();
    ok(json!({"tokens": rows}))
}

pub(super) fn create_token(world: &mut Orkestr, ask: &Ask) -> Answer {
    let name = ask.needed("name")?.to_owned();
    let most = if ask.plan == Plan::Team { 20 } else { 5 };
    if world.tokens.iter().filter(|token| token.is_live).count() >= most {
        return Err(Refusal::coded(403, "plan_limit", format!("Your plan allows {most} active tokens.")));
    }
    let id = world.id();
    let secret = format!("ork_{}{PLANTED}", &id[..8]);
    let days = ask.body["expires_in_days"].as_i64();
    let ends =
        days.map(|days| super::world::time(jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days)));
    let token = Token {
        id,
        name,
        secret: secret.clone(),
        scopes: "*",
        plan: ask.plan,
        created_at: now(),
        expires_at: ends,
        last_used_at: None,
        is_live: true,
    };
    let mut shown = token.json();
    shown["token"] = secret.into();
    world.tokens.push(token);
    Ok((201, shown))
}

pub(super) fn revoke(world: &mut Orkestr, id: &str) -> Answer {
    let found = world.tokens.iter_mut().find(|token| token.id == id && token.is_live);
    let Some(token) = found else { return Err(Refusal::missing("Token")) };
    token.is_live = false;
    no_content()
}

/// Its keys are the author's invention.
pub(super) fn summary(world: &Orkestr, ask: &Ask) -> Answer {
    let addons: usize = world.projects.iter().map(|project| project.addons.len()).sum();
    let recent: Vec<Value> = world
        .projects
        .iter()
        .filter_map(|project| {
            let last = project.deployments.last()?;
            Some(json!({"project": project.name, "status": last.status(), "created_at": last.created_at}))
        })
        .collect();
    ok(json!({"project_count": world.projects.len(), "plan": ask.plan.word(),
              "usage": {"addons": addons, "addons_limit": ask.plan.addons()}, "recent_deployments": recent}))
}

/// Newest first.
pub(super) fn activity(world: &Orkestr, ask: &Ask) -> Answer {
    let (skip, limit) = (ask.number("skip", 0, usize::MAX)?, ask.number("limit", 30, 100)?);
    let rows: Vec<Value> = world.activity.iter().rev().skip(skip).take(limit).cloned().collect();
    let name = if world.switches.calls_activity_items { "items" } else { "activity" };
    ok(json!({name: rows}))
}

pub(super) fn notifications(world: &Orkestr) -> Answer {
    let rows: Vec<&Value> = world.notifications.iter().rev().take(50).collect();
    ok(json!({"notifications": rows}))
}

/// One, or all.
pub(super) fn read_notifications(world: &mut Orkestr, id: Option<&str>) -> Answer {
    let mut found = 0;
    for one in world.notifications.iter_mut().filter(|one| id.is_none_or(|id| one["id"] == id)) {
        one["read_at"] = now().into();
        found += 1;
    }
    match (id, found) {
        (Some(_), 0) => Err(Refusal::missing("Notification")),
        _ => ok(json!({"message": "ok"})),
    }
}
