//! What can't be done with an add-on because of its service or plan, although the platform can do it: told with the add-on,
//! so that nobody has to try, and told again by the rule that refuses it.

use super::backups;
use super::idle::SLEEP_AFTER;
use super::services::Services;
use crate::local::db::addons::AddonRow;

/// All that there may be a reason against, in the words of `/v1`.
const VERBS: [&str; 9] =
    ["back_up", "list_backups", "restore", "change_plan", "rotate", "sleep", "wake", "connect", "logs"];

/// Why each thing that can't be done can't. What was backed up once can be listed and restored, whatever the plan is now.
pub(super) fn cannot(services: &Services, row: &AddonRow, has_backups: bool) -> Vec<(&'static str, String)> {
    let stays = |verb: &str| has_backups && matches!(verb, "list_backups" | "restore");
    let verbs = VERBS.into_iter().filter(|verb| !stays(verb));
    verbs.filter_map(|verb| Some((verb, why_not(services, row, verb)?))).collect()
}

/// Why a thing can't be done with an add-on; `None` when it can.
pub fn why_not(services: &Services, row: &AddonRow, verb: &str) -> Option<String> {
    let Some((offer, driver)) = services.find(&row.service) else {
        return Some(format!("This program has no driver for {}.", row.service));
    };
    match verb {
        "back_up" | "list_backups" | "restore" => backups::support(services, row).err(),
        "change_plan" => {
            let is_other = |name: &str| name != row.plan.name;
            let has_other = offer.plans.iter().any(|plan| is_other(&plan.name));
            (!has_other).then(|| format!("{} has no other plan than {}.", row.service, row.plan.name))
        }
        "sleep" | "wake" => {
            let sleeps = |limits: &[crate::model::Limit]| limits.iter().any(|limit| limit.name == SLEEP_AFTER);
            if sleeps(&row.plan.limits) {
                return None;
            }
            let those: Vec<_> = offer.plans.iter().filter(|plan| sleeps(&plan.limits)).collect();
            let those: Vec<_> = those.iter().map(|plan| format!("{}:{}", row.service, plan.name)).collect();
            let way_out = if those.is_empty() { String::new() } else { format!(" {} does.", those.join(" or ")) };
            Some(format!("{} on the plan {} never sleeps.{way_out}", row.service, row.plan.name))
        }
        "rotate" | "connect" if driver.config_vars().is_empty() => {
            Some(format!("{} gives apps no variables: there is no address and no password.", row.service))
        }
        "logs" => driver.log_file(&services.instance(row)).is_none().then(|| {
            format!("{} runs inside the platform and has no log of its own. See: attache platform logs", row.service)
        }),
        _ => None,
    }
}
