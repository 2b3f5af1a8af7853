//! Credentials of a database, and its settings.

use serde_json::{Value, json};

use super::super::exchange::{Ask, Refusal, Reply};
use super::super::world::{Addon, Heroku, PLANTED, uuid};
use super::{Found, database, is_classic};

#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) state: &'static str,
    /// Counts up with each rotation.
    pub(crate) number: u64,
}

impl Credential {
    pub(crate) fn new(world: &mut Heroku, name: &str) -> Self {
        world.id(22);
        Self { name: name.into(), user: format!("u{}", world.given), state: "active", number: world.given }
    }

    pub(super) fn password(&self) -> String {
        format!("p{PLANTED}{}", self.number)
    }

    fn json(&self, addon: &Addon) -> Value {
        json!({
            "uuid": uuid(22, self.number), "name": self.name, "state": self.state, "database": "d9fae4",
            "host": format!("ec2-{}.eu-west-1.compute.amazonaws.com", addon.id.split_at(30).1), "port": 5432,
            "credentials": [{"user": self.user, "password": self.password(), "state": self.state, "connections": 3}],
        })
    }
}

impl Heroku {
    /// Other passwords, of one credential or of all; the apps that have them get a release.
    pub(super) fn rotate(&mut self, id: &str, name: Option<&str>) {
        let numbers: Vec<u64> = (0..9).map(|_| self.given + 1).collect();
        self.given += 9;
        let addon = self.addon_mut(id).unwrap();
        let is_meant = |one: &&mut Credential| name.is_none_or(|name| one.name == name);
        for (one, number) in addon.data.credentials.iter_mut().filter(is_meant).zip(numbers) {
            (one.number, one.user) = (number, format!("u{number}"));
        }
        let (service, base) = (addon.service.clone(), addon.service().base);
        self.release_all(id, &format!("Update {base} by {service}"), &format!("{service}@addons.heroku.com"));
    }
}

pub(super) fn answer(world: &mut Heroku, ask: &Ask, db: &str, rest: &[&str]) -> Found {
    let Some(addon) = database(world, db, is_classic).cloned() else { return Ok(None) };
    let ok = |body: Value| Ok(Some(Reply::json(200, body)));
    let is_there = |name: &str| addon.data.has_credential(name);
    let data = &mut world.addon_mut(&addon.id).unwrap().data;
    match (ask.method.as_str(), rest) {
        ("GET", ["config"]) => ok(json!({"log_statement": {"value": "ddl", "default": "ddl",
            "desc": "log_statement controls which statements are logged.", "values": {"none": "", "ddl": "", "all": ""}}})),
        ("GET", ["credentials"]) => ok(data.credentials.iter().map(|one| one.json(&addon)).collect()),
        ("POST", ["credentials"]) => {
            let name = ask.needed("name")?;
            if addon.plan.starts_with("essential") {
                let message = "You can't create a custom credential on Essential-tier databases.";
                return Err(Refusal::new(422, "unprocessable_entity", message));
            }
            if is_there(name) {
                return Err(Refusal::new(
                    422,
                    "unprocessable_entity",
                    format!("There is a credential {name} already."),
                ));
            }
            let new = Credential::new(world, name);
            let body = new.json(&addon);
            world.addon_mut(&addon.id).unwrap().data.credentials.push(new);
            Ok(Some(Reply::json(201, body)))
        }
        ("GET", ["credentials", name]) if is_there(name) => {
            ok(data.credentials.iter().find(|one| one.name == **name).unwrap().json(&addon))
        }
        ("DELETE", ["credentials", name]) if is_there(name) && *name != "default" => {
            data.credentials.retain(|one| one.name != **name);
            ok(json!({"message": "Destroyed the credential."}))
        }
        ("POST", ["credentials_rotation"]) => {
            world.rotate(&addon.id, None);
            ok(json!({"message": "Rotated."}))
        }
        ("POST", ["credentials", name, "credentials_rotation"]) if is_there(name) => {
            world.rotate(&addon.id, Some(name));
            ok(json!({"message": "Rotated."}))
        }
        ("POST", ["repair-default"]) => ok(json!({"message": "Repaired."})),
        _ => Ok(None),
    }
}
