//! The actions of Heroku Postgres and Key-Value Store, as the CLI's source has their requests. The class is what each can do at
//! worst.

use serde_json::Value;

use crate::model::ActionClass::{self, Adds, Destroys, Interrupts, Reads};
use crate::platform::heroku::services::{Kind, is_small};

/// Heroku does it when it pleases on these plans (Dev Center).
const NOT_BY_HAND: &str = "On small plans Heroku alone decides when maintenance is run.";
/// Essential plans have the default credential alone (Dev Center).
const ONE_CREDENTIAL: &str = "Small plans have no credential but the default one.";

/// One field of what an action is told.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) told: &'static str,
    pub(super) is_required: bool,
    pub(super) choices: &'static [&'static str],
    /// Whether it is a number, which may have been typed.
    is_number: bool,
}

impl Field {
    const fn text(name: &'static str, told: &'static str) -> Self {
        Self { name, told, is_required: true, choices: &[], is_number: false }
    }

    const fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }

    const fn one_of(self, choices: &'static [&'static str]) -> Self {
        Self { choices, ..self }
    }

    const fn number(self) -> Self {
        Self { is_number: true, ..self }
    }

    /// The value as Heroku takes it.
    pub(super) fn typed(&self, value: Value) -> Value {
        let number = value.as_str().filter(|_| self.is_number).and_then(|text| text.parse::<u64>().ok());
        let flag = value.as_str().filter(|_| self.choices == ["true", "false"]).and_then(|text| text.parse().ok());
        number.map(Value::from).or(flag.map(Value::Bool)).unwrap_or(value)
    }
}

/// One action.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) class: ActionClass,
    kinds: &'static [Kind],
    pub(super) method: &'static str,
    /// With `{id}` for the add-on's and `{subject}` for what it is about.
    pub(super) path: &'static [&'static str],
    pub(super) query: &'static [(&'static str, &'static str)],
    pub(super) subject: Option<&'static str>,
    pub(super) fields: &'static [Field],
    /// Whether an empty object is sent where nothing is told (the CLI sends one).
    pub(super) has_body: bool,
    pub(super) cli: &'static [&'static str],
    why_not_small: Option<&'static str>,
}

impl Known {
    /// Whether a service has it. Advanced plans are shown it with the reason why not.
    pub(super) fn is_of(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Why it can't be run.
    pub(super) fn cannot(&self, kind: Kind, plan: Option<&str>) -> Option<&'static str> {
        let is_of_small = matches!(kind, Kind::Postgres | Kind::KeyValue) && is_small(plan);
        self.why_not_small.filter(|_| is_of_small)
    }
}

const POSTGRES: &[Kind] = &[Kind::Postgres];
const KEY_VALUE: &[Kind] = &[Kind::KeyValue];
/// Maintenance is told of all data add-ons (the CLI's `data:maintenances`).
const DATA: &[Kind] = &[Kind::Postgres, Kind::AdvancedPostgres, Kind::KeyValue];

const BASE: Known = Known {
    name: "",
    title: "",
    class: Destroys,
    kinds: &[],
    method: "POST",
    path: &[],
    query: &[],
    subject: None,
    fields: &[],
    has_body: false,
    cli: &[],
    why_not_small: None,
};

const DAYS: &[&str] = &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const POLICIES: &[&str] = &[
    "noeviction",
    "allkeys-lru",
    "volatile-lru",
    "allkeys-lfu",
    "volatile-lfu",
    "allkeys-random",
    "volatile-random",
    "volatile-ttl",
];

/// All of them.
pub(super) const ALL: &[Known] = &[
    Known {
        name: "maintenance",
        title: "Show the maintenance that is due",
        class: Reads,
        kinds: DATA,
        method: "GET",
        path: &["data", "maintenances", "v1", "{id}"],
        cli: &["data:maintenances:info", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "maintenance/history",
        title: "Show the last maintenances",
        class: Reads,
        kinds: DATA,
        method: "GET",
        path: &["data", "maintenances", "v1", "{id}", "history"],
        query: &[("limit", "5")],
        cli: &["data:maintenances:history", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "maintenance/window",
        title: "Show when maintenance is done",
        class: Reads,
        kinds: DATA,
        method: "GET",
        path: &["data", "maintenances", "v1", "{id}", "window"],
        cli: &["data:maintenances:window", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "maintenance/set-window",
        title: "Set when maintenance is done",
        class: Interrupts,
        kinds: DATA,
        path: &["data", "maintenances", "v1", "{id}", "window"],
        fields: &[
            Field::text("day_of_week", "The day of the week.").one_of(DAYS),
            Field::text("time_of_day", "The time of day in UTC, such as 22:30."),
        ],
        cli: &["data:maintenances:window:update", "{addon}", "{day_of_week}", "{time_of_day}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "maintenance/run",
        title: "Run the maintenance that is due now",
        class: Interrupts,
        kinds: DATA,
        path: &["data", "maintenances", "v1", "{id}", "run"],
        cli: &["data:maintenances:run", "{addon}", "--app", "{app}", "--confirm", "{app}"],
        why_not_small: Some(NOT_BY_HAND),
        ..BASE
    },
    Known {
        name: "maintenance/schedule",
        title: "Put the maintenance that is due off",
        class: Interrupts,
        kinds: DATA,
        path: &["data", "maintenances", "v1", "{id}", "schedule"],
        fields: &[Field::text("delay_weeks", "By how many weeks.")],
        cli: &["data:maintenances:schedule", "{addon}", "--weeks", "{delay_weeks}", "--app", "{app}"],
        why_not_small: Some(NOT_BY_HAND),
        ..BASE
    },
    Known {
        name: "unfollow",
        title: "Stop following, and become a database of its own",
        class: Destroys,
        kinds: POSTGRES,
        method: "PUT",
        path: &["client", "v11", "databases", "{id}", "unfollow"],
        cli: &["pg:unfollow", "{addon}", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
    Known {
        name: "reset",
        title: "Delete all data of the database",
        class: Destroys,
        kinds: POSTGRES,
        method: "PUT",
        path: &["client", "v11", "databases", "{id}", "reset"],
        has_body: true,
        cli: &["pg:reset", "{addon}", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
    Known {
        name: "connections/reset",
        title: "Cut all connections",
        class: Interrupts,
        kinds: POSTGRES,
        path: &["client", "v11", "databases", "{id}", "connection_reset"],
        cli: &["pg:killall", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "upgrade/wait",
        title: "Show how an upgrade of PostgreSQL stands",
        class: Reads,
        kinds: POSTGRES,
        method: "GET",
        path: &["client", "v11", "databases", "{id}", "upgrade", "wait_status"],
        cli: &["pg:upgrade:wait", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "credentials",
        title: "List the credentials, without passwords",
        class: Reads,
        kinds: POSTGRES,
        method: "GET",
        path: &["postgres", "v0", "databases", "{id}", "credentials"],
        cli: &["pg:credentials", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "credentials/create",
        title: "Make a credential without any rights",
        class: Adds,
        kinds: POSTGRES,
        path: &["postgres", "v0", "databases", "{id}", "credentials"],
        fields: &[Field::text("name", "What it is to be called.")],
        cli: &["pg:credentials:create", "{addon}", "--name", "{name}", "--app", "{app}"],
        why_not_small: Some(ONE_CREDENTIAL),
        ..BASE
    },
    Known {
        name: "credentials/destroy",
        title: "Destroy a credential",
        class: Destroys,
        kinds: POSTGRES,
        method: "DELETE",
        path: &["postgres", "v0", "databases", "{id}", "credentials", "{subject}"],
        subject: Some("credential"),
        cli: &["pg:credentials:destroy", "{addon}", "--name", "{subject}", "--app", "{app}", "--confirm", "{app}"],
        why_not_small: Some(ONE_CREDENTIAL),
        ..BASE
    },
    Known {
        name: "credentials/rotate",
        title: "Give a credential another password",
        class: Interrupts,
        kinds: POSTGRES,
        path: &["postgres", "v0", "databases", "{id}", "credentials", "{subject}", "credentials_rotation"],
        subject: Some("credential"),
        fields: &[Field::text("forced", "Whether connections are cut at once.").optional().one_of(&["true", "false"])],
        has_body: true,
        cli: &["pg:credentials:rotate", "{addon}", "--name", "{subject}", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
    Known {
        name: "credentials/rotate-all",
        title: "Give all credentials other passwords",
        class: Interrupts,
        kinds: POSTGRES,
        path: &["postgres", "v0", "databases", "{id}", "credentials_rotation"],
        fields: &[Field::text("forced", "Whether connections are cut at once.").optional().one_of(&["true", "false"])],
        has_body: true,
        cli: &["pg:credentials:rotate", "{addon}", "--all", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
    Known {
        name: "credentials/repair",
        title: "Give the default credential back its rights",
        class: Interrupts,
        kinds: POSTGRES,
        path: &["postgres", "v0", "databases", "{id}", "repair-default"],
        cli: &["pg:credentials:repair-default", "{addon}", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
    Known {
        name: "settings",
        title: "Show the settings",
        class: Reads,
        kinds: POSTGRES,
        method: "GET",
        path: &["postgres", "v0", "databases", "{id}", "config"],
        cli: &["pg:settings", "{addon}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "maxmemory-policy",
        title: "Say what is done when memory is full",
        class: Interrupts,
        kinds: KEY_VALUE,
        method: "PATCH",
        path: &["redis", "v0", "databases", "{id}", "config"],
        fields: &[Field::text("maxmemory_policy", "What goes, or noeviction.").one_of(POLICIES)],
        cli: &["redis:maxmemory", "{addon}", "--policy", "{maxmemory_policy}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "timeout",
        title: "Say after how many seconds idle connections are cut",
        class: Interrupts,
        kinds: KEY_VALUE,
        method: "PATCH",
        path: &["redis", "v0", "databases", "{id}", "config"],
        fields: &[Field::text("timeout", "Seconds; 0 for never.").number()],
        cli: &["redis:timeout", "{addon}", "--seconds", "{timeout}", "--app", "{app}"],
        ..BASE
    },
    Known {
        name: "stats/reset",
        title: "Reset the statistics",
        class: Interrupts,
        kinds: KEY_VALUE,
        path: &["redis", "v0", "databases", "{id}", "stats", "reset"],
        has_body: true,
        cli: &["redis:stats-reset", "{addon}", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
    Known {
        name: "upgrade",
        title: "Upgrade the server's version",
        class: Destroys,
        kinds: KEY_VALUE,
        path: &["redis", "v0", "databases", "{id}", "upgrade"],
        fields: &[Field::text("version", "The version to have, such as 8.1.")],
        cli: &["redis:upgrade", "{addon}", "--version", "{version}", "--app", "{app}", "--confirm", "{app}"],
        ..BASE
    },
];
