//! Services and plans.

use serde_json::{Value, json};

use super::World;
use super::front::{Reply, ok, sentence};
use super::world::Named;

/// Those of broker services are constants.
const SINCE: &str = "2016-08-09T12:00:00Z";

#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) named: Named,
    pub(crate) human_name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) is_multiple: bool,
    pub(crate) is_upgrading: bool,
    pub(crate) is_sharing: bool,
    /// Whether its broker takes its time; else an add-on stands at once.
    pub(crate) is_slow: bool,
    /// Whether the controller itself provides it.
    pub(crate) is_built_in: bool,
    pub(crate) plans: Vec<Plan>,
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) id: String,
    /// `service:plan`.
    pub(crate) name: String,
    pub(crate) human_name: &'static str,
    pub(crate) cents: u32,
    pub(crate) state: &'static str,
    pub(crate) compliance: Vec<&'static str>,
    pub(crate) region: &'static str,
    pub(crate) attributes: Value,
}

/// A plan: its short name, its name for people, cents a month, state, compliance, region, attributes.
type Sold<'a> = (&'a str, &'static str, u32, &'static str, Vec<&'static str>, &'static str, Value);

impl Plan {
    pub(super) fn price(&self) -> Value {
        json!({"cents": self.cents, "unit": "month", "contract": false})
    }

    pub(super) fn named(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }

    fn short_name(&self) -> &str {
        self.name.split_once(':').map_or(&self.name, |(_, short)| short)
    }

    fn is(&self, word: &str) -> bool {
        [self.id.as_str(), self.name.as_str(), self.short_name()].contains(&word)
    }

    /// Whether it has a server of its own, which backups, restarts, logs and replicas need.
    pub(super) fn is_dedicated(&self) -> bool {
        self.attributes["dedicated"] == true
    }

    fn json(&self, service: &Service) -> Value {
        let (key, since) = match service.is_built_in {
            true => (self.short_name().to_owned(), "2018-04-09T12:00:00Z"),
            false => (self.id.clone(), SINCE),
        };
        let description = match service.is_built_in {
            true => service.description.to_owned(),
            false => format!("{} plan", self.human_name),
        };
        json!({"addon_service": service.named.json(), "created_at": since, "default": false, "description": description,
               "human_name": self.human_name, "id": self.id, "installable_inside_private_network": true,
               "installable_outside_private_network": true, "name": self.name, "key": key, "price": self.price(),
               "available_regions": [self.region], "compliance": self.compliance, "space_default": false,
               "state": self.state, "updated_at": SINCE, "attributes": self.attributes})
    }
}

impl Service {
    /// Only built-ins tell any.
    pub(super) fn actions(&self) -> Value {
        match self.is_built_in {
            true => json!([{"id": "7d0a5b9e-0000-4000-8000-00000000ac71", "label": "forces rotation of the secure key",
                            "action": "rotate", "url": "", "requires_owner": true}]),
            false => json!([]),
        }
    }

    fn json(&self) -> Value {
        let plans: Vec<Value> = self.plans.iter().map(|plan| plan.json(self)).collect();
        let image = if self.is_built_in { Value::Null } else { "".into() };
        json!({"actions": self.actions(), "available_regions": ["us-seattle"], "cli_plugin_name": self.named.name,
               "created_at": SINCE, "description": self.description, "human_name": self.human_name, "image_url": image,
               "id": self.named.id, "name": self.named.name, "state": "ga",
               "supports_multiple_installations": self.is_multiple, "supports_upgrading": self.is_upgrading,
               "supports_sharing": self.is_sharing, "updated_at": SINCE, "plans": plans})
    }
}

impl World {
    pub(super) fn list_services(&self) -> Reply {
        let mut sorted: Vec<&Service> = self.services.iter().collect();
        sorted.sort_by(|one, other| one.named.name.cmp(&other.named.name));
        ok(sorted.into_iter().map(Service::json).collect())
    }

    pub(super) fn service(&self, service: &str) -> Reply {
        self.with_service(service, |service| ok(service.json()))
    }

    pub(super) fn plans(&self, service: &str) -> Reply {
        self.with_service(service, |service| ok(service.plans.iter().map(|plan| plan.json(service)).collect()))
    }

    pub(super) fn one_plan(&self, service: &str, plan: &str) -> Reply {
        self.with_service(service, |service| match service.plans.iter().find(|one| one.is(plan)) {
            Some(plan) => {
                let of_plan = self.addons.iter().filter(|addon| addon.plan_id == plan.id);
                let by = of_plan.map(|addon| self.app(&addon.attachments[0].app_id).unwrap().named.json());
                let mut shown = plan.json(service);
                shown["provisioned_by"] = by.collect();
                ok(shown)
            }
            None => sentence(404, "The specified plan was not found."),
        })
    }

    fn with_service(&self, service: &str, then: impl Fn(&Service) -> Reply) -> Reply {
        match self.services.iter().find(|one| one.named.is(service)) {
            Some(service) => then(service),
            None => sentence(404, format!("The specified addon {service} could not be found.")),
        }
    }

    pub(super) fn stock(&mut self) {
        let database = |dedicated: bool, connections: u32| {
            json!({"compliance": "", "ram": if dedicated { "4GB" } else { "2GB" }, "storage_capacity": "20GB",
                   "connection_limit": connections, "rollback": "7 days", "database_replicas": dedicated,
                   "database_logs": dedicated, "restartable": dedicated, "supports_extensions": dedicated,
                   "row_limits": null, "data_clips": false, "high_availability": dedicated, "encryption_at_rest": true,
                   "high_speed_ssd": false, "burstable_performance": !dedicated, "dedicated": dedicated})
        };
        let (seattle, ireland) = ("us-seattle", "eu-ireland");
        let none = Vec::new;
        let plans = vec![
            ("hobby", "Hobby (10.4)", 0, "ga", none(), seattle, database(false, 20)),
            ("standard-0", "Standard-0 (10.4)", 500, "ga", none(), seattle, database(false, 50)),
            ("standard-1", "Standard-1 (10.4)", 1500, "ga", none(), seattle, database(false, 100)),
            ("premium-0", "Premium-0 (10.4)", 6000, "ga", none(), seattle, database(true, 120)),
            ("premium-1", "Premium-1 (10.4)", 13500, "ga", none(), seattle, database(true, 120)),
            ("shield-0", "Shield-0 (10.4)", 72000, "ga", vec!["prod"], seattle, database(true, 5000)),
            ("standard-0-v9", "Standard-0 (9.6)", 500, "shutdown", none(), seattle, database(false, 50)),
            ("ireland-0", "Ireland-0", 500, "ga", none(), ireland, database(false, 50)),
            ("doomed", "Doomed (always fails)", 100, "ga", none(), seattle, database(false, 1)),
        ];
        let about = "Dedicated and scalable PostgreSQL relational SQL database.";
        self.sell("akkeris-postgresql", ("Akkeris PostgreSQL", about), (true, true, true), plans);
        let plans = vec![
            ("small", "Small", 2500, "ga", none(), seattle, json!({"ram": "1.5GB", "high_availability": false})),
            ("medium", "Medium", 5000, "beta", none(), seattle, json!({"ram": "3GB", "high_availability": true})),
        ];
        self.sell("akkeris-redis", ("Akkeris Redis", "In-memory key/value cache."), (true, true, true), plans);
        let plans = vec![
            ("basic", "Basic", 500, "ga", none(), seattle, json!({"versioned": false})),
            ("versioned", "Versioned", 1000, "ga", none(), seattle, json!({"versioned": true})),
        ];
        self.sell("akkeris-s3", ("Amazon S3", "Object storage bucket."), (true, false, true), plans);
        let plans = vec![("basic", "Basic", 0, "ga", none(), seattle, json!({"retention": "7 days"}))];
        self.sell("logtap", ("Log Tap", "Unshareable log search."), (true, false, false), plans);
        let plans = vec![("fortnightly", "fortnightly", 0, "public", none(), seattle, json!({}))];
        let about = "Providing automatic and graceful key rotation";
        self.sell("securekey", ("Secure Key", about), (false, false, true), plans);
    }

    fn sell(
        &mut self,
        name: &str,
        (human_name, description): (&'static str, &'static str),
        (is_multiple, is_upgrading, is_sharing): (bool, bool, bool),
        plans: Vec<Sold<'_>>,
    ) {
        let mut made = Vec::new();
        for (short, human_name, cents, state, compliance, region, attributes) in plans {
            let (id, name) = (self.id(), format!("{name}:{short}"));
            made.push(Plan { id, name, human_name, cents, state, compliance, region, attributes });
        }
        let named = Named { id: self.id(), name: name.to_owned() };
        let (is_slow, is_built_in) = (name == "akkeris-postgresql", name == "securekey");
        let plans = made;
        let service = Service {
            named,
            human_name,
            description,
            is_multiple,
            is_upgrading,
            is_sharing,
            is_slow,
            is_built_in,
            plans,
        };
        self.services.push(service);
    }
}
