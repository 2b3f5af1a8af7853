//! `attache restore …`

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::drive::{Drive, Halt, Wants, also_confirming};
use super::target::Target;
use super::{document, target};
use crate::model::{
    self, Act, Addon, Backup, Capability, Command, Course, Goal, Late, Mark, Moment, Next, OperationId, Procedure,
    RestorePlan, StepState, StepStatus, Verb, Way, age, parse_moment, shell_quote,
};
use crate::platform::{Platform, ReadError};
use crate::store::door::{self, RestoreWish};
use crate::store::{Plan, Wheel};
use crate::verbs::args::RestoreToArgs;
use crate::verbs::backups::by_id;
use crate::verbs::write::{Door, check_confirmation};
use crate::verbs::{Context, Exit, Failure, find, output};

pub(in crate::verbs) async fn run(args: &RestoreToArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let (course, wheel) = match &args.resume {
        Some(id) => {
            let (course, wheel) = take(&door, context, id, args.take_over)?;
            let verb = match &course.procedure.goal {
                Goal::Restore(_) => None,
                Goal::Drill(_) => Some("a drill: go on with it by attache drill".to_owned()),
                Goal::Destroy(goal) => {
                    Some(format!("a destruction: go on with it by attache addons destroy {}", shell_quote(&goal.addon)))
                }
            };
            if let Some(verb) = verb {
                return Err(Failure::new(Exit::Usage, format!("{id} is {verb} --resume {id}.")));
            }
            (course, wheel)
        }
        None => begin(args, context, &door).await?,
    };
    let wants = Wants { switch: args.switch, timeout: Duration::from_secs(args.timeout), is_told: false };
    let mut drive = Drive { context, door: &door, wheel, course, write: &args.write, wants };
    if args.resume.is_some() {
        check_switch(args, &drive.course.procedure, &drive.course.steps)?;
        answer(args, &mut drive).await?;
    }
    let halt = drive.run().await?;
    report(&drive, &halt, args)
}

/// A procedure that was begun before, by whoever; nobody else drives it from now on.
pub(super) fn take(door: &Door, context: &Context, id: &str, may_take_over: bool) -> Result<(Course, Wheel), Failure> {
    let id = OperationId(id.to_owned());
    let missing =
        || Failure::new(Exit::Failed, format!("There is no procedure {id} here. List them: attache operations"));
    let course = door.journal.course(&id)?.ok_or_else(missing)?;
    if course.profile != context.profile.name || course.endpoint != door.connection.endpoint {
        let message = format!(
            "Procedure {id} goes through profile {} to {}; this is another way in. Name that one: --profile {}",
            course.profile,
            course.endpoint,
            shell_quote(course.profile.as_str())
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    if let Some((_, message)) = &course.end {
        return Err(Failure::new(Exit::Failed, format!("Procedure {id} is over. {message}")));
    }
    if course.is_driver_alive != Some(false)
        && let Some(by) = &course.driven_by
    {
        let host = by.host.as_deref().unwrap_or("another machine");
        if !may_take_over {
            let message = format!(
                "{} drives it (process {} on {host}), so nothing was done. To take over from there, add: --take-over",
                by.user, by.pid
            );
            return Err(Failure::new(Exit::NotConfirmed, message));
        }
        output::note(&format!("Taken over from {} (process {} on {host}).", by.user, by.pid));
    }
    Ok(door.journal.take_over(&id)?)
}

/// What was said about the step that is next.
async fn answer(args: &RestoreToArgs, drive: &mut Drive<'_>) -> Result<(), Failure> {
    let next = drive.course.next();
    if args.stop {
        let message = format!("stopped at {}", drive.course.place());
        return drive.mark(Mark::Over { is_reached: false, message });
    }
    match next {
        // A command that failed is sent as a new one when its turn comes; what failed otherwise is put back to its turn.
        Next::Decide { step, part: None, .. } if args.again => drive.mark(Mark::Again { step }),
        Next::Decide { step, part: Some(part), .. } if args.again => drive.retry(step, part).await,
        Next::Decide { step, .. } | Next::Send { step, .. } | Next::Download { step } | Next::Person { step }
            if args.skip =>
        {
            let planned = drive.course.procedure.steps.get(step);
            match planned {
                Some(step_) if step_.is_optional => drive.mark(Mark::Skipped { step }),
                _ => {
                    let title = planned.map_or("This step", |step| step.title.as_str());
                    Err(Failure::new(Exit::Usage, format!("{title}: the goal can't be reached without it.")))
                }
            }
        }
        _ => Ok(()),
    }
}

async fn begin(args: &RestoreToArgs, context: &Context, door: &Door) -> Result<(Course, Wheel), Failure> {
    let reader = door.connection.reader.as_ref();
    let Some(said) = args.target.as_deref() else {
        let message =
            "Say which database: attache restore NAME, or APP/VARIABLE. On a terminal it is looked for on the screen.";
        return Err(Failure::new(Exit::Usage, message));
    };
    let target = target::find(reader, said).await?;
    let good_moment = match &args.before {
        Some(before) => Some(moment(reader, &target, before).await?),
        None => None,
    };
    let backup = pick(reader, &target.addon, good_moment, args.backup.as_deref()).await?;
    tell_pick(&backup, good_moment);
    let replacement = match &args.name {
        Some(name) => name.clone(),
        None => free_name(reader, &target.addon.name, "restored").await?,
    };
    let wish = RestoreWish {
        addon_id: Some(target.addon.key.id.to_string()),
        backup_id: backup.id.clone(),
        good_moment,
        replacement,
        plan: args.plan.clone(),
        team: target.addon.team.clone().map(Into::into),
        file: file(args)?,
        way: way(args),
    };
    let planned = door::plan_restore(&door.connection, &wish).await;
    let mut plan = planned.map_err(|error| other_way(error, reader, &target.addon, args))?;
    choose(&mut plan, args)?;
    output::note(&format!("{}: {}", context.destination(), Goal::Restore(plan.goal.clone()).sentence()));
    for line in plan.does.iter().chain(&plan.leaves) {
        output::note(&format!("  {line}"));
    }
    let mut written =
        Plan::new(context.profile.name.clone(), reader.words().platform, &door.connection.endpoint, plan.procedure());
    // In place there is no way back: nothing of it is begun before it was said by name whose data is replaced.
    if plan.goal.way == Way::InPlace && !args.write.is_confirmed_by(&plan.goal.addon) {
        let quoted = shell_quote(&plan.goal.addon);
        let message = format!("Nothing was sent: it has to be confirmed by name. To do it, add: --confirm {quoted}");
        return Err(Failure::new(Exit::NotConfirmed, message));
    }
    check_switch(args, &written.procedure, &[])?;
    check_names(args, context, door, &written.procedure).await?;
    written.account = reader.account().await.ok().map(|account| account.name);
    Ok(door.journal.begin_course(written)?)
}

/// Who wants the apps switched over says so by the name of what they go to, before anything at all is sent.
fn check_switch(args: &RestoreToArgs, procedure: &Procedure, steps: &[StepStatus]) -> Result<(), Failure> {
    let goal = &procedure.goal;
    let is_switch = |act: &Act| *act == Act::Late { late: Late::SwitchOver };
    let is_over = |at: usize| steps.get(at).is_some_and(|one| matches!(one.state, StepState::Done(_)));
    let is_to_come = procedure.steps.iter().enumerate().any(|(at, step)| is_switch(&step.act) && !is_over(at));
    if !args.switch || args.stop || !is_to_come || args.write.is_confirmed_by(goal.replacement()) {
        return Ok(());
    }
    let name = shell_quote(goal.replacement());
    let why = match args.write.confirm.iter().flatten().next() {
        Some(typed) => format!("--confirm says {typed:?}, and the target is {:?}", goal.replacement()),
        None => "to switch the apps over has to be confirmed by name".to_owned(),
    };
    let way = args.resume.as_ref().map_or_else(String::new, |id| {
        format!(" The procedure is begun; to go on with it: attache restore --resume {id} --switch --confirm {name}")
    });
    let message = format!("Nothing was sent: {why}. To do it, add: --confirm {name}{way}");
    Err(Failure::new(Exit::NotConfirmed, message))
}

/// What would be refused on the way for want of a name is refused before anything is ordered.
async fn check_names(
    args: &RestoreToArgs,
    context: &Context,
    door: &Door,
    procedure: &Procedure,
) -> Result<(), Failure> {
    for step in &procedure.steps {
        let Act::Send { command } = &step.act else { continue };
        if !matches!(**command, Command::Maintenance { .. } | Command::RollBack { .. }) {
            continue;
        }
        let prepared = door::prepare(&door.connection, Some(&door.journal), command.as_ref().clone()).await?;
        // How it stands may be another when its turn comes: that is judged then.
        if prepared.effects.refusal().is_none() {
            let names = also_confirming(&procedure.goal, command);
            check_confirmation(procedure.goal.addon(), &names, &prepared, context, &args.write)?;
        }
    }
    Ok(())
}

/// Where the way that is taken unless another is asked for is none here, the one that there is.
fn other_way(error: ReadError, reader: &dyn Platform, addon: &Addon, args: &RestoreToArgs) -> ReadError {
    let can = |verb| reader.capability(verb) == Capability::Can && addon.cannot(verb).is_none();
    if args.in_place || args.fork || can(Verb::Restore) || !can(Verb::RestoreInto) || !error.is_unsupported() {
        return error;
    }
    let message = format!("{} With --in-place the data of {} itself is replaced, for good.", error.message, addon.name);
    ReadError { message, ..error }
}

/// The way that was asked for.
fn way(args: &RestoreToArgs) -> Option<Way> {
    match (args.in_place, args.fork) {
        (true, _) => Some(Way::InPlace),
        (_, true) => Some(Way::Fork),
        _ => Some(Way::Replacement),
    }
}

/// The last good moment as it was said; of a release, when it was made.
async fn moment(reader: &dyn Platform, target: &Target, said: &str) -> Result<Timestamp, Failure> {
    let now = Timestamp::now();
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let version = match parse_moment(said, now, &TimeZone::system()).map_err(usage)? {
        Moment::At(at) => {
            output::note(&format!("Good until {}, {} ago.", both_times(at), age(at, now)));
            return Ok(at);
        }
        Moment::Before(version) => version,
    };
    let apps: Vec<&str> = target.app.as_deref().map_or_else(|| target.addon.apps(), |app| vec![app]);
    let mut found = Vec::new();
    for app in apps {
        let releases = reader.releases(app).await?;
        let release = releases.into_iter().find(|one| format!("v{}", one.version) == version);
        found.extend(release.and_then(|one| one.created_at).map(|at| (app, at)));
    }
    match found.as_slice() {
        [(app, at)] => {
            output::note(&format!("{version} of {app} was made at {}, {} ago.", both_times(*at), age(*at, now)));
            Ok(*at)
        }
        [] => Err(usage(format!("No app of {} has a release {version} with a time.", target.addon.name))),
        several => {
            let apps: Vec<&str> = several.iter().map(|(app, _)| *app).collect();
            Err(usage(format!("{version} may be of {}: name the database as APP/VARIABLE.", apps.join(" or "))))
        }
    }
}

/// A moment for people here and for everybody else: `2026-11-20 02:40 CET (01:40Z)`.
fn both_times(at: Timestamp) -> String {
    let here = at.to_zoned(TimeZone::system());
    format!("{} ({})", here.strftime("%Y-%m-%d %H:%M %Z"), at.strftime("%H:%MZ"))
}

/// The backup that was named, or the newest finished one that was begun before the good moment.
async fn pick(
    reader: &dyn Platform,
    addon: &Addon,
    good: Option<Timestamp>,
    wanted: Option<&str>,
) -> Result<Backup, Failure> {
    let backups = reader.backups(&addon.key.id).await?;
    let name = &addon.name;
    if let Some(id) = wanted {
        let known = backups.list.iter().map(|backup| backup.id.as_str());
        let backup = by_id(&backups.list, id);
        let backup = backup.ok_or_else(|| find::no_such(&format!("backup of {name}"), id, known))?;
        if !backup.is_finished() {
            let message = format!("Backup {id} is {}: it can't be restored.", backup.state.word());
            return Err(Failure::new(Exit::Failed, message));
        }
        return Ok(backup.clone());
    }
    // The newest one is no guess to make: it may be a copy of the very damage.
    let Some(good) = good else {
        let message = format!(
            "Say when {name} was good last (--before 02:40, -35m or v57), or name a backup (--backup ID). Nothing was sent. See: attache backups list {}",
            shell_quote(name)
        );
        return Err(Failure::new(Exit::Usage, message));
    };
    backups.last_before(good).cloned().ok_or_else(|| {
        let what = match backups.last_finished() {
            None => format!("{name} has no finished backup"),
            Some(newest) => format!(
                "{name} has no finished backup that was begun before {}. The newest is {}; a later one may hold the damage, and has to be named: --backup ID",
                good.strftime("%Y-%m-%d %H:%MZ"),
                newest.id
            ),
        };
        Failure::new(Exit::Failed, format!("{what}. See: attache backups list {}", shell_quote(name)))
    })
}

fn tell_pick(backup: &Backup, good: Option<Timestamp>) {
    let begun = backup.started_at.map_or_else(|| "at an unknown time".to_owned(), both_times);
    let size = backup.size.map_or_else(|| "of unknown size".to_owned(), crate::model::size);
    output::note(&format!("Backup {} was begun {begun}, {size}.", backup.id));
    if let Some(at) = backup.started_at {
        let lost = age(at, Timestamp::now());
        output::note(&format!("Writes since {}, {lost}, are not in it.", at.strftime("%H:%MZ")));
    }
    if let (Some(at), Some(good)) = (backup.started_at, good)
        && at >= good
    {
        output::note("It was begun AFTER the last good moment: it may hold the damage.");
    }
}

pub(in crate::verbs) async fn free_name(reader: &dyn Platform, of: &str, end: &str) -> Result<String, Failure> {
    let addons = find::all_addons(reader).await?;
    let is_taken = |name: &str| addons.iter().any(|addon| addon.name == name);
    let free = model::free_name(of, end, reader.words().naming.longest(), is_taken);
    free.ok_or_else(|| Failure::new(Exit::Failed, format!("No free name was found for what is made of {of}.")))
}

fn file(args: &RestoreToArgs) -> Result<PathBuf, Failure> {
    let Some(file) = &args.download else { return Ok(PathBuf::new()) };
    std::path::absolute(file)
        .map_err(|error| Failure::new(Exit::Usage, format!("{} is no file name: {error}.", file.display())))
}

/// Takes the optional steps that were asked for. One that can't be taken is an error, not left out.
fn choose(plan: &mut RestorePlan, args: &RestoreToArgs) -> Result<(), Failure> {
    for offer in &mut plan.offers {
        let (wanted, is_asked) = match &offer.step.act {
            Act::Download { .. } => (args.download.is_some(), args.download.is_some()),
            Act::Send { command } => match command.as_ref() {
                Command::BackUp { .. } => (offer.is_chosen && !args.no_copy, false),
                Command::Maintenance { is_on: true, .. } => (args.stop_writers, args.stop_writers),
                Command::RollBack { .. } => (args.roll_back, args.roll_back),
                _ => continue,
            },
            _ => continue,
        };
        offer.is_chosen = wanted;
        match &offer.cannot {
            Some(why) if is_asked => {
                return Err(Failure::new(Exit::Failed, format!("{}: {why} Nothing was sent.", offer.step.title)));
            }
            // What would have been good to do is told when it is not done.
            _ if !wanted && !matches!(offer.step.act, Act::Download { .. }) => {
                let why = offer.cannot.as_deref().unwrap_or(&offer.why);
                output::note(&format!("Not done: {}. {why}", offer.step.title));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What is left over of a restore: one sentence each.
pub(super) fn left_over(course: &Course) -> Vec<String> {
    let mut left = Vec::new();
    let is_in_place = course.procedure.goal.way() == Some(Way::InPlace);
    if let Goal::Restore(goal) = &course.procedure.goal
        && !is_in_place
    {
        let old = &goal.addon;
        left.push(format!("{old} is as it was. When nobody needs it: attache addons destroy {}", shell_quote(old)));
    }
    for (step, status) in course.procedure.steps.iter().zip(&course.steps) {
        if !matches!(status.state, StepState::Done(_)) {
            continue;
        }
        match &step.act {
            Act::Download { file, .. } => left.push(format!("{} is on this machine.", file.display())),
            Act::Send { command } => {
                let made = status.parts.iter().find_map(|part| part.operation.as_ref()?.backup_id.as_deref());
                if let (Command::BackUp { addon, .. }, Some(id)) = (command.as_ref(), made)
                    && is_in_place
                {
                    left.push(format!(
                        "Backup {id} of {addon} holds the state before. Only it brings that back: attache backups restore {0} {1} --into {0} --confirm {0}",
                        shell_quote(addon),
                        shell_quote(id)
                    ));
                } else if let (Command::BackUp { addon, .. }, Some(id)) = (command.as_ref(), made) {
                    left.push(format!("Backup {id} of {addon} holds the state before; it goes with its retention."));
                }
            }
            _ => {}
        }
    }
    left
}

fn report(drive: &Drive<'_>, halt: &Halt, args: &RestoreToArgs) -> Result<(), Failure> {
    if args.write.json {
        return Ok(output::json(&document::course(&drive.course))?);
    }
    let id = &drive.course.id;
    let goal = &drive.course.procedure.goal;
    for (title, took) in drive.times() {
        output::note(&format!("  {took:>10}  {title}"));
    }
    match halt {
        Halt::Over if matches!(drive.course.end, Some((false, _))) => output::line(&drive.course.place())?,
        Halt::Over if goal.way() == Some(Way::InPlace) => {
            output::line(&format!("{} has the data of the backup now.", goal.addon()))?;
        }
        Halt::Over => output::line(&format!("{} is restored: {}.", goal.addon(), goal.replacement()))?,
        Halt::Person if goal.way() == Some(Way::InPlace) => {
            let name = shell_quote(goal.addon());
            output::line(&format!("{}; its apps are still in maintenance.", drive.course.place()))?;
            output::note(&format!("Look at it: attache connect {name}"));
            output::note(&format!("Go on: attache restore --resume {id} --switch --confirm {name}"));
        }
        Halt::Person => {
            let name = shell_quote(goal.replacement());
            output::line(&format!("{}; no app uses it yet.", drive.course.place()))?;
            output::note(&format!("Look at it: attache connect {name}"));
            output::note(&format!("Switch the apps over: attache restore --resume {id} --switch --confirm {name}"));
        }
    }
    Ok(())
}
