//! `attache drill …`: whether a restore would work, and how long it would take, found out before it is needed.

use std::time::Duration;

use super::document;
use super::drive::{Drive, Halt, Wants};
use super::restore::{free_name, take};
use crate::model::{
    Act, Addon, Capability, Command, Course, Goal, Late, Mark, Next, OperationId, Procedure, RestoreGoal, Step, Verb,
    Way, duration, shell_quote,
};
use crate::platform::Platform;
use crate::store::{Plan, Wheel, door};
use crate::verbs::args::DrillArgs;
use crate::verbs::write::{Door, lines};
use crate::verbs::{Context, Exit, Failure, find, output};

pub(in crate::verbs) async fn run(args: &DrillArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let (course, wheel) = match &args.resume {
        Some(id) => resume(&door, context, args, id)?,
        None => begin(args, context, &door).await?,
    };
    let wants = Wants { switch: false, timeout: Duration::from_secs(args.timeout), is_told: false };
    let mut drive = Drive { context, door: &door, wheel, course, write: &args.write, wants };
    if let Next::Decide { step, part, .. } = drive.course.next() {
        match part {
            Some(part) => drive.retry(step, part).await?,
            None => drive.mark(Mark::Again { step })?,
        }
    }
    match drive.run().await? {
        Halt::Over => report(&drive, args),
        Halt::Person => Err(Failure::new(
            Exit::Failed,
            format!("The drill waits for a person at {}, which it should not.", drive.course.place()),
        )),
    }
}

/// One that was broken off is gone on with, also to clean up after it.
fn resume(door: &Door, context: &Context, args: &DrillArgs, id: &str) -> Result<(Course, Wheel), Failure> {
    let known = door.journal.course(&OperationId(id.to_owned()))?;
    if let Some(Course { procedure: Procedure { goal: Goal::Drill(goal), .. }, .. }) = &known {
        confirmed(args, &goal.addon)?;
        return take(door, context, id, args.take_over);
    }
    Err(Failure::new(Exit::Usage, format!("{id} is no drill that was begun here. List what was: attache operations")))
}

async fn begin(args: &DrillArgs, context: &Context, door: &Door) -> Result<(Course, Wheel), Failure> {
    let reader = door.connection.reader.as_ref();
    reader.ready_to_write().await?;
    let addon = find::addon(reader, args.name.as_deref().unwrap_or_default()).await?;
    for verb in [Verb::BackUp, Verb::Restore, Verb::Destroy] {
        let reason = match reader.capability(verb) {
            Capability::Cannot(reason) => Some(reason),
            Capability::Can => addon.cannot(verb).map(str::to_owned),
        };
        if let Some(reason) = reason {
            return Err(Failure::new(
                Exit::Failed,
                format!("A restore of {} can't be rehearsed: {reason}", addon.name),
            ));
        }
    }
    let procedure = procedure(reader, &addon).await?;
    tell(door, context, &procedure).await?;
    confirmed(args, &addon.name)?;
    let mut plan =
        Plan::new(context.profile.name.clone(), reader.words().platform, &door.connection.endpoint, procedure);
    plan.account = reader.account().await.ok().map(|account| account.name);
    Ok(door.journal.begin_course(plan)?)
}

/// It ends with a destruction, of what it made itself: so the name is asked for, once, for all of it.
fn confirmed(args: &DrillArgs, addon: &str) -> Result<(), Failure> {
    if args.write.is_confirmed_by(addon) {
        return Ok(());
    }
    let quoted = shell_quote(addon);
    Err(Failure::new(
        Exit::NotConfirmed,
        format!("Nothing was sent: it has to be confirmed by name. To do it, add: --confirm {quoted}"),
    ))
}

/// Its steps. The replacement bears a name that says what it is, should it ever be left over.
async fn procedure(reader: &dyn Platform, addon: &Addon) -> Result<Procedure, Failure> {
    let name = free_name(reader, &addon.name, "drill").await?;
    let copy = Command::BackUp {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        label: Some("drill".to_owned()),
    };
    let step = |act, title: String, done: &str| Step { act, title, done: done.to_owned(), is_optional: false };
    let steps = vec![
        step(Act::Send { command: Box::new(copy) }, format!("Back up {}", addon.name), "copied"),
        step(Act::Late { late: Late::RestoreCopy }, format!("Restore the copy into {name}"), "replacement ready"),
        step(Act::Check, format!("Look at {name}"), "looked at"),
        step(Act::Late { late: Late::DestroyReplacement }, format!("Destroy {name}"), "replacement destroyed"),
    ];
    let goal = RestoreGoal {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        backup_id: None,
        backup_started_at: None,
        backup_size: None,
        good_moment: None,
        replacement: name,
        way: Way::Replacement,
    };
    Ok(Procedure { goal: Goal::Drill(goal), steps })
}

/// What is about to be done, before it is.
async fn tell(door: &Door, context: &Context, procedure: &Procedure) -> Result<(), Failure> {
    output::note(&format!("{}: {}", context.destination(), procedure.goal.sentence()));
    for step in &procedure.steps {
        output::note(&format!("  {}", step.title));
    }
    if let Some(Act::Send { command }) = procedure.steps.first().map(|step| &step.act) {
        let prepared = door::prepare(&door.connection, Some(&door.journal), command.as_ref().clone()).await?;
        if let Some(why) = prepared.effects.refusal() {
            return Err(Failure::new(Exit::Failed, format!("Nothing was sent: {why}")));
        }
        lines(&prepared).iter().for_each(|line| output::note(line));
    }
    Ok(())
}

fn report(drive: &Drive<'_>, args: &DrillArgs) -> Result<(), Failure> {
    let course = &drive.course;
    if args.write.json {
        return Ok(output::json(&document::course(course))?);
    }
    let goal = &course.procedure.goal;
    for (title, took) in drive.times() {
        output::line(&format!("{took:>10}  {title}"))?;
    }
    let total = duration(course.started_at, course.updated_at);
    let copy = course.copy_id().unwrap_or("of unknown id");
    output::line(&format!(
        "A restore of {} works; all of it took {total}. Backup {copy} stays, as any other.",
        goal.addon()
    ))?;
    Ok(())
}
