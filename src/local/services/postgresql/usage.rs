//! What an add-on uses, and whether that fits a plan.

use super::cluster::Cluster;
use super::config::Limits;
use super::sql::{as_admin, counted, database_size, limited};
use crate::local::services::{Counted, StepError, limit};
use crate::model::{Plan, size};

struct Use {
    connections: u64,
    storage: u64,
}

/// What is used just now, by the names of the plan's limits.
pub(super) async fn usage(cluster: &Cluster<'_>) -> Result<Vec<Counted>, StepError> {
    let used = measure(cluster).await?;
    Ok(vec![
        Counted { name: "connections", value: used.connections, unit: "count" },
        Counted { name: "storage", value: used.storage, unit: "bytes" },
    ])
}

/// Asked in our own database, where nothing of the app's can be in the way. Our own sessions are another role's.
async fn measure(cluster: &Cluster<'_>) -> Result<Use, StepError> {
    let settings = &cluster.instance.settings;
    limited("to be measured", async {
        let admin = as_admin(cluster).await?;
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND backend_type = 'client backend'";
        let row = admin.query_one(sessions, &[&settings.user]).await?;
        Ok(Use { connections: counted(row.try_get(0)?)?, storage: database_size(&admin, &settings.database).await? })
    })
    .await
}

/// Whether what the add-on holds fits another plan.
pub(super) async fn check_fit(cluster: &Cluster<'_>, plan: &Plan) -> Result<String, StepError> {
    let used = measure(cluster).await?;
    check_storage(plan, used.storage, &format!("the data of {}", cluster.instance.name))?;
    let fits = format!("{} of data fit the plan {}.", size(used.storage), plan.name);
    let allowed = Limits::of(plan).connections;
    if used.connections <= allowed {
        return Ok(fits);
    }
    let open = used.connections;
    Ok(format!(
        "{fits} {open} connections are open, and it allows {allowed}: the change ends all of them, and not all will get in again."
    ))
}

/// Refuses more data than a plan has room for.
pub(super) fn check_storage(plan: &Plan, bytes: u64, what: &str) -> Result<(), StepError> {
    match limit(plan, "storage") {
        Some(room) if bytes > room => Err(StepError::plain(format!(
            "The plan {} has room for {}, and {what} takes {}. Choose a larger plan.",
            plan.name,
            size(room),
            size(bytes)
        ))),
        _ => Ok(()),
    }
}
