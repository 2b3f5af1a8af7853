//! What Heroku's own services can do, by their names and plans. A partner's add-on can do what the Platform API can.

use crate::model::Verb;

/// Heroku Postgres.
pub(super) const POSTGRES: &str = "heroku-postgresql";
/// Heroku Key-Value Store.
pub(super) const KEY_VALUE: &str = "heroku-redis";
/// The name that an app's pooled connections have (the CLI's promote).
pub(super) const POOL: &str = "DATABASE_CONNECTION_POOL";

/// There is no endpoint for it (the CLI's source).
pub(super) const NO_KEY_VALUE_BACKUPS: &str = "Heroku Key-Value Store has no backups.";
/// Heroku knows nothing of what a partner runs.
pub(super) const OF_A_PARTNER: &str =
    "It is run by a partner of Heroku's, who alone tells of its data: open its page (the fact \"web url\").";
/// Heroku's own beside the two databases (heroku-kafka, heroku-inference, …): nothing of their APIs is spoken here.
pub(super) const OF_HEROKU: &str = "It is a service of Heroku's own that attache does not speak to: use Heroku's command line, or open its page (the fact \"web url\").";
/// They have an API of their own, which is not spoken here (the CLI refuses them, too).
const ADVANCED: &str = "Its plan is of Heroku Postgres Advanced, which has another API for this: use heroku data:pg.";
/// Dev Center: followers, forks and rollback need Standard or above.
const SMALL: &str =
    "Its plan is too small for that: followers and rollback need standard-0 or larger. Restore a backup instead.";
/// Nothing else has a database to follow.
const POSTGRES_ONLY: &str = "Only Heroku Postgres has that.";

/// The services, as far as they differ for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Heroku Postgres with the classic data API.
    Postgres,
    /// Heroku Postgres Advanced, new in 2026.
    AdvancedPostgres,
    /// Heroku Key-Value Store.
    KeyValue,
    /// Another one of Heroku's own.
    OtherOfHeroku,
    /// A partner's.
    Other,
}

impl Kind {
    /// Which one it is. Advanced is told apart by the plan's name (the CLI's source).
    pub(super) fn of(service: &str, plan: Option<&str>) -> Self {
        let is_advanced = plan.is_some_and(|plan| plan.starts_with("advanced") || plan.starts_with("performance"));
        match service {
            POSTGRES if is_advanced => Self::AdvancedPostgres,
            POSTGRES => Self::Postgres,
            KEY_VALUE => Self::KeyValue,
            // All of its own are called so (inferred from heroku-postgresql, -redis, -kafka, -inference).
            _ if service.starts_with("heroku-") => Self::OtherOfHeroku,
            _ => Self::Other,
        }
    }

    /// Why the list tells nothing of its health.
    pub(super) fn no_health(self) -> &'static str {
        match self {
            Self::Postgres | Self::KeyValue | Self::OtherOfHeroku => "Heroku's list does not tell it",
            Self::AdvancedPostgres => "its plan has another API for this",
            Self::Other => "Heroku does not tell how a partner's service is",
        }
    }
}

/// The name under which an app's primary of a service is attached (the CLI's promote commands).
pub(super) fn primary_name(service: &str) -> Option<&'static str> {
    match service {
        POSTGRES => Some("DATABASE"),
        KEY_VALUE => Some("REDIS"),
        _ => None,
    }
}

/// Plans that nothing can follow and that keep no log to go back in [Dev Center].
pub(super) fn is_small(plan: Option<&str>) -> bool {
    plan.is_some_and(|plan| ["essential", "mini", "basic", "hobby", "dev"].iter().any(|one| plan.starts_with(one)))
}

/// The verbs that not every service or plan has.
const VERBS: [Verb; 11] = [
    Verb::BackUp,
    Verb::ListBackups,
    Verb::DownloadBackup,
    Verb::DeleteBackup,
    Verb::CancelBackup,
    Verb::ScheduleBackups,
    Verb::RestoreInto,
    Verb::Rotate,
    Verb::Usage,
    Verb::PointInTime,
    Verb::Follow,
];

/// Whether the data API carries it out. To follow and to go back are asked for where add-ons are made.
pub(super) fn is_of_data_api(verb: Verb) -> bool {
    VERBS.contains(&verb) && !matches!(verb, Verb::PointInTime | Verb::Follow)
}

/// What can't be done with an add-on, each with its reason.
pub(super) fn cannot(kind: Kind, plan: Option<&str>) -> Vec<(Verb, String)> {
    let reason = |verb: Verb| match (kind, verb) {
        (Kind::Postgres, Verb::PointInTime | Verb::Follow) if is_small(plan) => Some(SMALL),
        (Kind::Postgres, _) => None,
        (Kind::AdvancedPostgres, _) => Some(ADVANCED),
        (Kind::KeyValue, Verb::Rotate | Verb::Usage) => None,
        (Kind::KeyValue, Verb::PointInTime | Verb::Follow) => Some(POSTGRES_ONLY),
        (Kind::KeyValue, _) => Some(NO_KEY_VALUE_BACKUPS),
        (Kind::OtherOfHeroku | Kind::Other, Verb::PointInTime | Verb::Follow) => Some(POSTGRES_ONLY),
        (Kind::OtherOfHeroku, _) => Some(OF_HEROKU),
        (Kind::Other, _) => Some(OF_A_PARTNER),
    };
    VERBS.into_iter().filter_map(|verb| Some((verb, reason(verb)?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_done_follows_from_service_and_plan() {
        let of = |service: &str, plan: &str, verb: Verb| {
            let found = cannot(Kind::of(service, Some(plan)), Some(plan));
            found.into_iter().find(|(one, _)| *one == verb).map(|(_, why)| why)
        };
        assert_eq!(of(POSTGRES, "standard-0", Verb::BackUp), None);
        assert_eq!(of(POSTGRES, "standard-0", Verb::Follow), None);
        assert_eq!(of(POSTGRES, "essential-0", Verb::BackUp), None);
        assert!(of(POSTGRES, "essential-0", Verb::Follow).unwrap().contains("standard-0"));
        for verb in VERBS {
            assert!(of(POSTGRES, "advanced-small", verb).unwrap().contains("Advanced"), "{verb:?}");
            assert!(of("papertrail", "choklad", verb).is_some(), "{verb:?}");
        }
        for own in ["heroku-kafka", "heroku-inference"] {
            assert!(!of(own, "basic-0", Verb::BackUp).unwrap().contains("partner"), "{own}");
        }
        assert!(of("papertrail", "choklad", Verb::BackUp).unwrap().contains("partner"));
        assert_eq!(of(KEY_VALUE, "mini", Verb::Rotate), None);
        assert_eq!(of(KEY_VALUE, "mini", Verb::BackUp).as_deref(), Some(NO_KEY_VALUE_BACKUPS));
    }
}
