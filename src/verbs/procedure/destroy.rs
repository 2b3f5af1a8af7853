//! `attache addons destroy NAME --detach`: an add-on that one command can't destroy, because apps use it.

use std::time::Duration;

use super::document;
use super::drive::{Drive, Wants};
use super::restore::take;
use crate::model::{Addon, Command, Course, Goal, OperationId, Procedure, shell_quote};
use crate::store::{Plan, Wheel, door};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, lines};
use crate::verbs::{Context, Exit, Failure, output};

/// How long one of its steps is waited for.
const PATIENCE: Duration = Duration::from_secs(3600);

/// What was asked for.
pub(in crate::verbs) struct Wanted<'a> {
    pub(in crate::verbs) addon: &'a Addon,
    /// What the platform has to be told, in its order.
    pub(in crate::verbs) commands: Vec<Command>,
    /// Whether it may be detached.
    pub(in crate::verbs) detach: bool,
}

/// Detaches and destroys it, one after another, and stops at the first that fails.
pub(in crate::verbs) async fn run(
    wanted: Wanted<'_>,
    door: &Door,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let (course, wheel) = begin(wanted, door, write, context).await?;
    go_on(course, wheel, true, door, write, context).await
}

/// Goes on with one that was begun before.
pub(in crate::verbs) async fn resume(
    id: &str,
    name: &str,
    door: &Door,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let known = door.journal.course(&OperationId(id.to_owned()))?;
    let is_it = |course: &Course| matches!(&course.procedure.goal, Goal::Destroy(goal) if goal.addon == name);
    if !known.as_ref().is_some_and(is_it) {
        let message =
            format!("{id} is no destruction of {name} that was begun here. List what was: attache operations");
        return Err(Failure::new(Exit::Usage, message));
    }
    confirmed(write, name)?;
    let (course, wheel) = take(door, context, id, false)?;
    go_on(course, wheel, false, door, write, context).await
}

async fn begin(
    Wanted { addon, commands, detach }: Wanted<'_>,
    door: &Door,
    write: &WriteArgs,
    context: &Context,
) -> Result<(Course, Wheel), Failure> {
    let Some(procedure) = Procedure::destruction(&addon.key.id, &addon.name, &commands) else {
        let message = format!("The platform tells of no way to destroy {}. Nothing was sent.", addon.name);
        return Err(Failure::new(Exit::Failed, message));
    };
    output::note(&format!("{}: {}", context.destination(), procedure.goal.sentence()));
    let prepared = door::prepare_all(&door.connection, Some(&door.journal), commands).await?;
    for one in &prepared {
        output::note(&format!("  {}", one.command.sentence()));
        if let Some(why) = one.effects.refusal() {
            return Err(Failure::new(Exit::Failed, format!("Nothing was sent: {why}")));
        }
        lines(one).iter().for_each(|line| output::note(&format!("  {line}")));
    }
    if !detach {
        let apps = prepared.iter().filter_map(|one| one.command.app()).collect::<Vec<_>>().join(", ");
        let message = format!(
            "Nothing was sent: {} can't be destroyed while it is attached to {apps}. To detach it there first, add: --detach",
            addon.name
        );
        return Err(Failure::new(Exit::NotConfirmed, message));
    }
    confirmed(write, &addon.name)?;
    let reader = door.connection.reader.as_ref();
    let mut plan =
        Plan::new(context.profile.name.clone(), reader.words().platform, &door.connection.endpoint, procedure);
    plan.account = reader.account().await.ok().map(|account| account.name);
    Ok(door.journal.begin_course(plan)?)
}

/// One word for all of it: it ends with a destruction.
fn confirmed(write: &WriteArgs, addon: &str) -> Result<(), Failure> {
    if write.is_confirmed_by(addon) {
        return Ok(());
    }
    let quoted = shell_quote(addon);
    let message = format!("Nothing was sent: it has to be confirmed by name. To do it, add: --confirm {quoted}");
    Err(Failure::new(Exit::NotConfirmed, message))
}

async fn go_on(
    course: Course,
    wheel: Wheel,
    is_told: bool,
    door: &Door,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let wants = Wants { switch: false, timeout: PATIENCE, is_told };
    let mut drive = Drive { context, door, wheel, course, write, wants };
    if let crate::model::Next::Decide { step, part: Some(part), .. } = drive.course.next() {
        drive.retry(step, part).await?;
    }
    drive.run().await?;
    if write.json {
        return Ok(output::json(&document::course(&drive.course))?);
    }
    Ok(output::line(&format!("{} is gone.", drive.course.procedure.goal.addon()))?)
}
