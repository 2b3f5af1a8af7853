//! The services that Watasu's texts name, and what those say of each. Plans and prices are published in no form that could be
//! read, so there are none here.

use crate::model::{Capability, Catalog, Known, Service, Text, Verb};

/// What is documented of one service.
#[derive(Debug)]
pub(super) struct Documented {
    /// Its slug.
    pub(super) name: &'static str,
    summary: &'static str,
    /// The bare names of its variables, where all of them are documented.
    config_vars: Option<&'static [&'static str]>,
    /// Why it has no managed backups, where that is documented.
    no_backups: Option<&'static str>,
    /// Why another app can't have it, where that is documented.
    not_shared: Option<&'static str>,
    /// What else has to be known before one is made.
    caution: Option<&'static str>,
}

const NOT_READ: &str = "its variables' exact names are on a page of Watasu's that could not be read";
const OBSERVES: &str =
    "Watasu keeps no backups of logs, metrics and traces: removing the add-on can erase its history.";

const SERVICES: [Documented; 10] = [
    Documented {
        name: "postgresql",
        summary: "PostgreSQL",
        config_vars: Some(&["DATABASE_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"]),
        ..NOTHING
    },
    Documented {
        name: "valkey",
        summary: "Redis-protocol store",
        config_vars: Some(&["REDIS_URL"]),
        caution: Some("Plans without persistence have no durable data and no managed backup."),
        ..NOTHING
    },
    Documented { name: "clickhouse", summary: "Analytics database", ..NOTHING },
    Documented {
        name: "redpanda",
        summary: "Kafka-compatible stream",
        no_backups: Some("Watasu has no managed backups of Redpanda: replication is no protection against deletion."),
        ..NOTHING
    },
    Documented {
        name: "object-storage",
        summary: "S3-compatible bucket",
        config_vars: Some(&[
            "S3_BUCKET",
            "AWS_S3_BUCKET",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_S3_REGION",
            "AWS_S3_URL",
            "S3_FORCE_PATH_STYLE",
        ]),
        no_backups: Some("Object storage is outside Watasu's managed backups: copy the bucket by its own means."),
        ..NOTHING
    },
    Documented {
        name: "qdrant",
        summary: "Vector search",
        config_vars: Some(&[
            "QDRANT_URL",
            "QDRANT_GRPC_URL",
            "QDRANT_API_KEY",
            "QDRANT_READ_ONLY_API_KEY",
            "QDRANT_CA_CERT",
        ]),
        ..NOTHING
    },
    Documented {
        name: "logs",
        summary: "Logs of an app, in its Grafana",
        config_vars: Some(&[]),
        no_backups: Some(OBSERVES),
        ..NOTHING
    },
    Documented {
        name: "metrics",
        summary: "Metrics of an app, in its Grafana",
        config_vars: Some(&[
            "METRICS_PORT",
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
            "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
            "PROMETHEUS_REMOTE_WRITE_URL",
        ]),
        no_backups: Some(OBSERVES),
        ..NOTHING
    },
    Documented {
        name: "traces",
        summary: "Traces of an app, in its Grafana",
        config_vars: Some(&[
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ]),
        no_backups: Some(OBSERVES),
        ..NOTHING
    },
    Documented {
        name: "static-egress",
        summary: "Fixed outbound addresses of one app",
        config_vars: Some(&["WATASU_STATIC_EGRESS_IP", "WATASU_STATIC_EGRESS_IPS"]),
        no_backups: Some("Fixed outbound addresses have no data to back up."),
        not_shared: Some("Fixed outbound addresses are one app's: they can't be shared."),
        caution: Some(
            "Its availability is limited: waiting_for_capacity is not ready, and its variables come once addresses are allocated.",
        ),
    },
];

const NOTHING: Documented =
    Documented { name: "", summary: "", config_vars: None, no_backups: None, not_shared: None, caution: None };

/// What stands where no service was told.
pub(super) const NOT_TOLD: &str = "not told";

/// Whether a service was told.
pub(super) fn is_told(service: &str) -> bool {
    service != NOT_TOLD
}

impl Documented {
    /// What is documented of a service.
    pub(super) fn find(service: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|one| one.name == service)
    }

    /// Why another app can't have it.
    pub(super) fn not_shared(&self) -> Option<&'static str> {
        self.not_shared
    }

    /// What has to be known before one is made.
    pub(super) fn caution(&self) -> Option<&'static str> {
        self.caution
    }
}

/// The bare names of the variables of a service.
pub(super) fn config_vars(service: &str) -> Known<Vec<Text>> {
    match Documented::find(service) {
        None => Known::Unknown("no text of Watasu that could be read names this service's variables".into()),
        Some(Documented { config_vars: None, .. }) => Known::Unknown(NOT_READ.into()),
        Some(Documented { config_vars: Some(names), .. }) => {
            Known::Is(names.iter().map(|name| Text::from(*name)).collect())
        }
    }
}

/// Why a service has no managed backups, where that is documented.
pub(super) fn no_backups(service: &str) -> Option<&'static str> {
    Documented::find(service)?.no_backups
}

/// Why an add-on of that service can't do what the platform can.
pub(super) fn cannot(service: &str) -> Vec<(Verb, String)> {
    let mut cannot = Vec::new();
    if let Some(why) = no_backups(service) {
        let verbs = [Verb::ListBackups, Verb::BackUp, Verb::Restore, Verb::AutoBackups];
        cannot.extend(verbs.map(|verb| (verb, why.to_owned())));
    }
    cannot.extend(Documented::find(service).and_then(Documented::not_shared).map(|why| (Verb::Attach, why.to_owned())));
    if service != "qdrant" && no_backups(service).is_none() {
        let why = "Only Qdrant's backups can be switched on and off on Watasu: for other services the plan decides.";
        cannot.push((Verb::AutoBackups, why.to_owned()));
    }
    if service != "postgresql" {
        cannot.push((Verb::Follow, "Only PostgreSQL has followers on Watasu, on plans that support them.".to_owned()));
    }
    cannot
}

/// The services, without plans: those are not published. One types `service` or `service:plan`.
pub(super) fn catalog() -> Catalog {
    let service = |one: &Documented| Service {
        name: one.name.to_owned(),
        summary: match one.caution {
            Some(caution) => format!("{}. {caution}", one.summary),
            None => one.summary.to_owned(),
        },
        unavailable: None,
        program: None,
        config_vars: config_vars(one.name),
        backups: match one.no_backups {
            Some(why) => Known::Is(Capability::Cannot(why.to_owned())),
            // Of valkey, the plan decides; which plans do is not published.
            None if one.name == "valkey" => Known::Unknown(
                "only plans with persistence have managed backups, and which those are is not published".into(),
            ),
            None => Known::Is(Capability::Can),
        },
        backup_format: None,
        plans: Vec::new(),
        are_plans_unread: false,
    };
    Catalog { services: SERVICES.iter().map(service).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_documented_is_unknown_and_has_no_price() {
        assert!(matches!(config_vars("clickhouse"), Known::Unknown(_)));
        assert!(matches!(config_vars("newthing"), Known::Unknown(_)));
        assert_eq!(config_vars("logs"), Known::Is(Vec::new()));
        assert_eq!(config_vars("valkey"), Known::Is(vec!["REDIS_URL".into()]));
        assert!(catalog().services.iter().all(|service| service.plans.is_empty()));
    }

    #[test]
    fn services_without_managed_backups_say_so_and_the_others_do_not() {
        for none in ["object-storage", "redpanda", "logs", "metrics", "traces", "static-egress"] {
            let cannot = cannot(none);
            assert!(cannot.iter().any(|(verb, _)| *verb == Verb::ListBackups), "{none}");
            assert!(cannot.iter().any(|(verb, _)| *verb == Verb::BackUp), "{none}");
        }
        for some in ["postgresql", "clickhouse", "qdrant", "valkey", "newthing"] {
            assert!(!cannot(some).iter().any(|(verb, _)| *verb == Verb::BackUp), "{some}");
        }
        assert!(!cannot("qdrant").iter().any(|(verb, _)| *verb == Verb::AutoBackups));
    }
}
