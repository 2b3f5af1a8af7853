//! Services and plans.

use serde_json::{Value, json};

use super::world::uuid;

/// One plan. Prices are in cents a month.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) human: &'static str,
    pub(crate) cents: u32,
    pub(crate) is_contract: bool,
    pub(crate) is_metered: bool,
}

/// One service.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) human: &'static str,
    pub(crate) state: &'static str,
    /// The name of the first attachment to an app; the next ones have a colour behind `colour`.
    pub(crate) base: &'static str,
    pub(crate) colour: &'static str,
    /// What stands behind the attachment's name in its variables.
    pub(crate) variables: &'static [&'static str],
    pub(crate) is_multiple: bool,
    pub(crate) is_shareable: bool,
    /// Whether its plan can be changed by PATCH (inferred: not every provider takes it).
    pub(crate) changes_plan: bool,
    /// Whether it is there at once.
    pub(crate) is_at_once: bool,
    /// Whether destroying goes on after the answer.
    pub(crate) destroys_late: bool,
    pub(crate) plans: &'static [Plan],
}

const fn plan(name: &'static str, human: &'static str, cents: u32) -> Plan {
    Plan { name, human, cents, is_contract: false, is_metered: false }
}

const fn offer(
    name: &'static str,
    human: &'static str,
    base: &'static str,
    variables: &'static [&'static str],
    plans: &'static [Plan],
) -> Service {
    Service {
        name,
        human,
        state: "ga",
        base,
        colour: base,
        variables,
        is_multiple: true,
        is_shareable: true,
        changes_plan: true,
        is_at_once: true,
        destroys_late: false,
        plans,
    }
}

/// Everything that there is to be had.
pub(crate) static SERVICES: [Service; 9] = [
    Service {
        colour: "HEROKU_POSTGRESQL",
        changes_plan: false,
        is_at_once: false,
        ..offer(
            "heroku-postgresql",
            "Heroku Postgres",
            "DATABASE",
            &["URL"],
            &[
                plan("essential-0", "Essential 0", 500),
                plan("essential-1", "Essential 1", 900),
                plan("standard-0", "Standard 0", 5000),
                plan("premium-0", "Premium 0", 20000),
                Plan { is_contract: true, ..plan("shield-0", "Shield 0", 0) },
                Plan { is_metered: true, ..plan("advanced-beta", "Advanced Beta", 0) },
            ],
        )
    },
    Service {
        colour: "HEROKU_REDIS",
        is_at_once: false,
        ..offer(
            "heroku-redis",
            "Heroku Key-Value Store",
            "REDIS",
            &["URL"],
            &[plan("mini", "Mini", 300), plan("premium-0", "Premium 0", 1500), plan("premium-1", "Premium 1", 3000)],
        )
    },
    Service {
        is_at_once: false,
        destroys_late: true,
        ..offer(
            "heroku-kafka",
            "Apache Kafka on Heroku",
            "KAFKA",
            &["URL", "TRUSTED_CERT", "CLIENT_CERT", "CLIENT_CERT_KEY"],
            &[plan("basic-0", "Basic 0", 10000), plan("standard-0", "Standard 0", 150_000)],
        )
    },
    offer(
        "papertrail",
        "Papertrail",
        "PAPERTRAIL",
        &["API_TOKEN"],
        &[plan("choklad", "Choklad", 0), plan("fixa", "Fixa", 700), plan("forsta", "Forsta", 1800)],
    ),
    Service {
        is_multiple: false,
        is_shareable: false,
        ..offer("scheduler", "Heroku Scheduler", "SCHEDULER", &[], &[plan("standard", "Standard", 0)])
    },
    offer(
        "bucketeer",
        "Bucketeer",
        "BUCKETEER",
        &["AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "BUCKET_NAME"],
        &[plan("hobbyist", "Hobbyist", 500), plan("micro", "Micro", 2300)],
    ),
    offer(
        "heroku-inference",
        "Heroku Managed Inference and Agents",
        "INFERENCE",
        &["URL", "KEY", "MODEL_ID"],
        &[Plan { is_metered: true, ..plan("standard", "Standard", 0) }],
    ),
    offer(
        "herokuconnect",
        "Heroku Connect",
        "HEROKUCONNECT",
        &["URL"],
        &[plan("demo", "Demo", 0), Plan { is_contract: true, ..plan("enterprise", "Enterprise", 0) }],
    ),
    Service {
        state: "shutdown",
        ..offer("adminium", "Adminium", "ADMINIUM", &["URL"], &[plan("petproject", "Pet Project", 0)])
    },
];

/// One of them, by id or name.
pub(crate) fn service(id_or_name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|one| one.name == id_or_name || one.id() == id_or_name)
}

impl Service {
    pub(crate) fn id(&self) -> String {
        uuid(1, self.place())
    }

    fn place(&self) -> u64 {
        SERVICES.iter().zip(1..).find(|(one, _)| one.name == self.name).map_or(0, |(_, place)| place)
    }

    /// One of its plans, by its name with or without that of the service, or by its id.
    pub(crate) fn plan(&'static self, name: &str) -> Option<&'static Plan> {
        let bare = name.strip_prefix(self.name).and_then(|rest| rest.strip_prefix(':')).unwrap_or(name);
        self.plans.iter().find(|plan| plan.name == bare || self.plan_id(plan) == name)
    }

    fn plan_id(&self, plan: &Plan) -> String {
        let place = self.plans.iter().position(|one| one.name == plan.name).unwrap_or_default();
        uuid(13, self.place() * 100 + place as u64)
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id(), "name": self.name, "human_name": self.human, "state": self.state, "cli_plugin_name": null,
            "supports_multiple_installations": self.is_multiple, "supports_sharing": self.is_shareable,
            "supported_generations": [{"id": uuid(9, 1), "name": "cedar"}, {"id": uuid(9, 2), "name": "fir"}],
            "created_at": "2012-01-01T12:00:00Z", "updated_at": "2026-06-01T12:00:00Z",
        })
    }

    pub(super) fn plan_json(&self, plan: &Plan, is_sdk: bool) -> Value {
        json!({
            "id": self.plan_id(plan), "name": format!("{}:{}", self.name, plan.name), "human_name": plan.human,
            "description": format!("{} {}", self.human, plan.human), "state": self.state, "visible": true,
            "default": self.plans.first().is_some_and(|first| first.name == plan.name), "space_default": false,
            "compliance": [], "installable_inside_private_network": true, "installable_outside_private_network": true,
            "price": plan.price(plan.cents, is_sdk), "addon_service": {"id": self.id(), "name": self.name},
            "created_at": "2012-01-01T12:00:00Z", "updated_at": "2026-06-01T12:00:00Z",
        })
    }

    /// Its id and name, as they stand in other things.
    pub(super) fn brief(&self) -> Value {
        json!({"id": self.id(), "name": self.name})
    }

    pub(super) fn plan_brief(&self, plan: &Plan) -> Value {
        json!({"id": self.plan_id(plan), "name": format!("{}:{}", self.name, plan.name)})
    }
}

impl Plan {
    /// A price of so many cents. That it is metered is told with `3.sdk` alone; without, it looks free.
    pub(super) fn price(&self, cents: u32, is_sdk: bool) -> Value {
        let mut price = json!({"cents": cents, "unit": "month", "contract": self.is_contract});
        if is_sdk {
            price["metered"] = self.is_metered.into();
        }
        price
    }
}
