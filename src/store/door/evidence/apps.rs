//! What apps and their releases show.

use jiff::Timestamp;

use super::{Finding, Seen, Sent, cannot_tell, done, is_ours, not_seen, now_there};
use crate::model::{Known, Release, Work};
use crate::platform::{Platform, ReadError, ReadErrorKind};

/// Whether the app is as it was to be, and not by somebody else or since before we sent, where that is told.
pub(super) async fn maintained(
    reader: &dyn Platform,
    app: &str,
    is_on: bool,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let apps = reader.apps().await?;
    let Some(found) = apps.iter().find(|row| row.name == app) else {
        return Ok(not_seen(format!("there was no app called {app}; the request may still come")));
    };
    let word = |is_on: bool| if is_on { "in maintenance" } else { "out of maintenance" };
    Ok(match &found.maintenance {
        Known::Unknown(why) => cannot_tell(format!("whether {app} is in maintenance could not be told: {why}")),
        Known::Is(is) if *is == is_on => {
            let act = found.maintenance_act().map_or_else(String::new, |act| format!(" {act}"));
            let is = format!("{app} is {}{act}", word(is_on));
            let is_foreign = matches!((&found.maintenance_by, sent.account), (Some(by), Some(us)) if by != us);
            match is_ours(found.maintenance_since, sent, Timestamp::now()) {
                Some(false) => {
                    cannot_tell(format!("{is}, which was before we sent, so our request would leave no trace"))
                }
                _ if is_foreign => cannot_tell(format!("{is}, and our request would leave no trace beside that")),
                _ => done(format!("{is}."), None),
            }
        }
        Known::Is(is) => not_seen(format!("{app} was {}; the request may still come", word(*is))),
    })
}

/// A deployment of that environment that was begun after we sent. Whose it is, no deployment says.
pub(super) async fn redeployed(
    reader: &dyn Platform,
    app: &str,
    environment_id: Option<&str>,
    environment: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let deployments = match reader.deployments(app, environment_id).await {
        Ok(deployments) => deployments,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(not_seen(format!("there was no app called {app}; the request may still come")));
        }
        Err(error) => return Err(error),
    };
    // One that is known to be of another environment is not this one.
    let may_be = |one: &&Work| one.environment.as_deref().is_none_or(|of| of == environment);
    let since = since_sent(&deployments, sent, now_there(reader)).filter(may_be);
    Ok(match since.collect::<Vec<_>>().as_slice() {
        [] => not_seen(format!("{environment} of {app} had no deployment since we sent; it may still come")),
        [one] => Finding::Happened(Seen {
            words: format!("{environment} of {app} has the deployment {} since after we sent.", one.id),
            addon_id: None,
            backup_id: None,
            work_id: Some(one.id.clone()),
            is_under_way: true,
        }),
        several => cannot_tell(format!(
            "{environment} of {app} had {} deployments since we sent, and nothing tells which one is ours",
            several.len()
        )),
    })
}

/// The deployments that were begun after we sent, by the platform's clock.
fn since_sent<'a>(deployments: &'a [Work], sent: Sent<'a>, now: Timestamp) -> impl Iterator<Item = &'a Work> {
    deployments.iter().filter(move |one| is_ours(one.created_at, sent, now) == Some(true))
}

/// Where there are deployments and no releases, a rollback is a new deployment; which one it goes back to, none says.
async fn deployed_back(
    reader: &dyn Platform,
    app: &str,
    deployment: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let deployments = match reader.deployments(app, None).await {
        Ok(deployments) => deployments,
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(not_seen(format!("there was no app called {app}; the request may still come")));
        }
        Err(error) => return Err(error),
    };
    Ok(judge_back(&deployments, app, deployment, sent, now_there(reader)))
}

fn judge_back(deployments: &[Work], app: &str, deployment: &str, sent: Sent<'_>, now: Timestamp) -> Finding {
    let environment = deployments.iter().find(|one| one.id == deployment).and_then(|one| one.environment.clone());
    let may_be = |one: &&Work| one.environment.is_none() || environment.is_none() || one.environment == environment;
    let since: Vec<&Work> = since_sent(deployments, sent, now).filter(may_be).collect();
    let back: Vec<&&Work> = since.iter().filter(|one| one.kind == "rollback").collect();
    match (back.as_slice(), since.len()) {
        ([one], _) => Finding::Happened(Seen {
            words: format!("{app} has one deployment that is a rollback since after we sent ({}).", one.id),
            addon_id: None,
            backup_id: None,
            work_id: Some(one.id.clone()),
            is_under_way: true,
        }),
        ([], 0) => not_seen(format!("{app} had no deployment since we sent; it may still come")),
        ([], count) => cannot_tell(format!(
            "{app} had {count} deployments since we sent, and none says that it is a rollback, so one of them may be ours"
        )),
        (several, _) => cannot_tell(format!(
            "{app} had {} rollbacks since we sent, and nothing tells which one is ours",
            several.len()
        )),
    }
}

/// A rollback is a new release that says which one it goes back to.
pub(super) async fn rolled_back(
    reader: &dyn Platform,
    app: &str,
    release: &str,
    sent: Sent<'_>,
) -> Result<Finding, ReadError> {
    let releases = match reader.releases(app).await {
        Ok(releases) => releases,
        Err(error) if error.is_unsupported() && reader.words().has_environments => {
            return deployed_back(reader, app, release, sent).await;
        }
        Err(error) if error.kind == ReadErrorKind::NotFound => {
            return Ok(not_seen(format!("there was no app called {app}; the request may still come")));
        }
        Err(error) => return Err(error),
    };
    Ok(judge(&releases, app, release, sent))
}

fn judge(releases: &[Release], app: &str, release: &str, sent: Sent<'_>) -> Finding {
    // Who made it is often not told; then it may have been us.
    let is_foreign = |one: &&Release| matches!((&one.by, sent.account), (Some(by), Some(account)) if by != account);
    let since: Vec<&Release> = releases
        .iter()
        .filter(|one| is_ours(one.created_at, sent, Timestamp::now()) == Some(true) && !is_foreign(one))
        .collect();
    let says_so: Vec<&&Release> = since.iter().filter(|one| names(&one.description, release)).collect();
    match (says_so.as_slice(), since.len()) {
        ([one], _) => {
            done(format!("{app} has the release v{} since after we sent: {}.", one.version, one.description), None)
        }
        ([], 0) => not_seen(format!("{app} had no release since we sent; it may still come")),
        ([], count) => cannot_tell(format!(
            "{app} had {count} releases since we sent, and none says that it goes back to {release}, so one of them may be ours"
        )),
        (several, _) => cannot_tell(format!(
            "{app} had {} releases since we sent that go back to {release}, and nothing tells which one is ours",
            several.len()
        )),
    }
}

/// Whether a text speaks of a release, as a word of its own: `v5` is not `v57`.
fn names(text: &str, release: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .any(|word| word.eq_ignore_ascii_case(release))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::WorkState;

    fn release(version: u64, description: &str, by: &str, ago: i64) -> Release {
        let created_at = Some(Timestamp::now() - SignedDuration::from_secs(ago));
        Release { version, description: description.into(), by: Some(by.into()), created_at }
    }

    #[test]
    fn a_rollback_happened_when_one_new_release_of_ours_says_so_and_can_t_be_told_otherwise() {
        let sent = Sent {
            at: Timestamp::now() - SignedDuration::from_secs(30),
            account: Some("alice"),
            key: None,
            there: None,
            output: None,
        };
        let verdict = |releases: &[Release]| match judge(releases, "shop", "v5", sent) {
            Finding::Happened(seen) => Ok(seen.words),
            Finding::Refused(words) => panic!("{words}"),
            Finding::NotSeen(words) => Err(("not seen", words)),
            Finding::CantTell(words) => Err(("can't tell", words)),
        };
        let ours = release(59, "Rollback to v5", "alice", 10);
        assert!(verdict(std::slice::from_ref(&ours)).unwrap().contains("release v59 since after we sent"));
        let old = release(58, "Rollback to v5", "alice", 90);
        assert!(verdict(std::slice::from_ref(&old)).unwrap_err().1.contains("no release since we sent"));
        let foreign = release(60, "Rollback to v5", "bob", 5);
        assert!(verdict(std::slice::from_ref(&foreign)).unwrap_err().1.contains("no release since we sent"));
        assert!(verdict(&[foreign, ours.clone()]).is_ok(), "bob's is not ours");
        let other = release(60, "Rollback to v57", "alice", 5);
        assert_eq!(verdict(std::slice::from_ref(&other)).unwrap_err().0, "can\'t tell");
        assert!(verdict(&[other, ours.clone()]).is_ok());
        assert_eq!(verdict(&[release(60, "Roll back to V5.", "alice", 5), ours]).unwrap_err().0, "can\'t tell");
    }

    fn deployment(id: &str, kind: &str, environment: Option<&str>, ago: i64) -> Work {
        Work {
            id: id.into(),
            kind: kind.into(),
            addon_id: None,
            addon: None,
            backup_id: None,
            state: WorkState::Done,
            step: None,
            message: None,
            by: None,
            created_at: Some(Timestamp::now() - SignedDuration::from_secs(ago)),
            started_at: None,
            ended_at: None,
            progress: None,
            steps: Vec::new(),
            word: None,
            app: None,
            environment: environment.map(str::to_owned),
        }
    }

    #[test]
    fn where_there_are_deployments_a_rollback_is_the_one_that_says_so_since_we_sent() {
        let at = Timestamp::now() - SignedDuration::from_secs(30);
        let sent = Sent { at, account: None, key: None, there: None, output: None };
        let judge = |new: &[Work]| {
            let mut all = vec![deployment("d1", "deploy", Some("production"), 900)];
            all.extend_from_slice(new);
            judge_back(&all, "shop", "d1", sent, Timestamp::now())
        };
        let ours = deployment("d7", "rollback", Some("production"), 10);
        let Finding::Happened(seen) = judge(std::slice::from_ref(&ours)) else { panic!("it is there") };
        assert_eq!((seen.work_id.as_deref(), seen.is_under_way), (Some("d7"), true));
        assert!(matches!(judge(&[deployment("d2", "rollback", Some("production"), 90)]), Finding::NotSeen(_)));
        assert!(matches!(judge(&[deployment("d8", "rollback", Some("staging"), 5)]), Finding::NotSeen(_)));
        assert!(
            matches!(judge(&[deployment("d8", "deploy", None, 5)]), Finding::CantTell(_)),
            "its word may be another"
        );
        assert!(matches!(judge(&[ours.clone(), deployment("d8", "rollback", None, 5)]), Finding::CantTell(_)));
        assert!(matches!(judge(&[ours, deployment("d8", "deploy", None, 5)]), Finding::Happened(_)));
    }
}
