//! Going through a procedure, step by step, as far as was asked for.

use std::time::Duration;

use crate::model::{
    Act, Command, Course, Goal, Known, Late, Mark, Next, OperationId, Outcome, Owner, Step, Way, duration,
};
use crate::store::{PartOf, Wheel, door};
use crate::verbs::args::WriteArgs;
use crate::verbs::write::{Door, Sending};
use crate::verbs::{Context, Exit, Failure, backups, find, output, wait};

/// How far to go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wants {
    /// Also switch the apps over.
    pub(super) switch: bool,
    /// How long to wait for one operation.
    pub(super) timeout: Duration,
    /// All that it does was told before it began.
    pub(super) is_told: bool,
}

/// One procedure that this process drives.
pub(super) struct Drive<'a> {
    pub(super) context: &'a Context,
    pub(super) door: &'a Door,
    pub(super) wheel: Wheel,
    pub(super) course: Course,
    pub(super) write: &'a WriteArgs,
    pub(super) wants: Wants,
}

/// Why it does not go on.
pub(super) enum Halt {
    /// It is over.
    Over,
    /// A person has to look, or to say that the apps are to be switched over.
    Person,
}

impl Drive<'_> {
    /// Goes on until it is over, or until a person has to say something that was not said.
    ///
    /// # Errors
    /// When a step fails; the procedure is then where it was and can be gone on with.
    pub(super) async fn run(&mut self) -> Result<Halt, Failure> {
        let halt = self.go_on().await;
        halt.map_err(|failure| self.with_way_on(failure))
    }

    /// Whatever stops a procedure that was begun says how it is gone on with: beginning again would order everything twice.
    fn with_way_on(&self, mut failure: Failure) -> Failure {
        if failure.message.contains(" --resume ") || self.course.end.is_some() {
            return failure;
        }
        let switch = if self.wants.switch && self.course.procedure.goal.restore().is_some() { " --switch" } else { "" };
        failure.message = format!(
            "{} The procedure is begun; to go on with it: {}{switch}",
            failure.message,
            super::document::resume_line(&self.course)
        );
        failure
    }

    async fn go_on(&mut self) -> Result<Halt, Failure> {
        loop {
            match self.course.next() {
                Next::Over => return Ok(Halt::Over),
                Next::Finish => self.mark(Mark::Over { is_reached: true, message: String::new() })?,
                Next::Bind { step, late } if self.may(late) => self.bind(step).await?,
                Next::Send { step, part, command } if self.may_send(step) => self.send(step, part, *command).await?,
                Next::Bind { .. } | Next::Send { .. } => return Ok(Halt::Person),
                Next::Follow { operation, .. } => self.follow(&operation).await?,
                Next::Download { step } => self.download(step).await?,
                Next::Verify { step } => self.verify(step).await?,
                Next::Person { step } => {
                    if !self.person(step).await? {
                        return Ok(Halt::Person);
                    }
                }
                Next::Decide { message, .. } => return Err(self.stuck(&message)),
            }
        }
    }

    fn may(&self, late: Late) -> bool {
        late != Late::SwitchOver || self.wants.switch
    }

    fn may_send(&self, step: usize) -> bool {
        match self.step(step).map(|step| &step.act) {
            Some(Act::Late { late }) => self.may(*late),
            _ => true,
        }
    }

    fn step(&self, step: usize) -> Option<&Step> {
        self.course.procedure.steps.get(step)
    }

    pub(super) fn mark(&mut self, mark: Mark) -> Result<(), Failure> {
        self.course = self.door.journal.mark(&self.wheel, mark)?;
        Ok(())
    }

    /// Tells a step that begins: `3/7  Check orders-restored`.
    fn tell(&self, step: usize) {
        let title = self.step(step).map_or("", |step| step.title.as_str());
        output::note(&format!("{}/{}  {title}", step + 1, self.course.steps.len()));
    }

    /// What went wrong, and the ways on.
    fn stuck(&self, message: &str) -> Failure {
        let id = &self.course.id;
        let ways = match &self.course.procedure.goal {
            Goal::Restore(_) => format!(
                "To try it again: attache restore --resume {id} --again; to leave it as it is: attache restore --resume {id} --stop"
            ),
            Goal::Destroy(goal) => {
                let name = crate::model::shell_quote(&goal.addon);
                format!(
                    "What was detached stays so. To go on with it: attache addons destroy {name} --resume {id} --confirm {name}"
                )
            }
            Goal::Drill(goal) => {
                let name = crate::model::shell_quote(&goal.addon);
                format!("To go on with it, also to clean up: attache drill --resume {id} --confirm {name}")
            }
        };
        Failure::new(Exit::Failed, format!("{message} It stands at {}. {ways}", self.course.place()))
    }

    async fn bind(&mut self, step: usize) -> Result<(), Failure> {
        let (commands, apps) = door::bind(&self.door.connection, &self.course, step).await?;
        self.mark(Mark::Bound { step, commands, apps, is_back: false })
    }

    async fn send(&mut self, step: usize, part: usize, command: Command) -> Result<(), Failure> {
        self.tell(step);
        // What a drill makes, and destroys again, goes with the word that was given for the drill; but only what follows from
        // what is there now, whatever the record says.
        // What fills the replacement goes with the order of it, as long as that is the one that this procedure has made.
        let is_of_course = match (&self.course.procedure.goal, self.step(step).map(|step| &step.act)) {
            (Goal::Drill(_), Some(Act::Late { .. })) => true,
            (Goal::Restore(_), Some(Act::Late { late: Late::FillReplacement })) => self.fills_unused(&command).await?,
            _ => false,
        };
        let is_confirmed = is_of_course && {
            let (commands, _) = door::bind(&self.door.connection, &self.course, step).await?;
            commands.get(part) == Some(&command)
        };
        let names = also_confirming(&self.course.procedure.goal, &command);
        let part_of = PartOf { wheel: self.wheel.clone(), step, part };
        let sending = Sending { part_of: Some(part_of), is_confirmed, names, is_told: self.wants.is_told };
        let (operation, _) = self.door.submit_as(self.context, command, self.write, sending).await?;
        self.reread()?;
        self.follow(&operation.id).await
    }

    /// Whether what is filled was ordered by this procedure, and no app uses it but by the name that came with the order.
    async fn fills_unused(&self, command: &Command) -> Result<bool, Failure> {
        let Command::RestoreInto { addon_id, .. } = command else { return Ok(false) };
        let is_made_here = self.course.operations().any(|one| {
            matches!(one.command, Command::CreateAddon(_))
                && one.outcome == Outcome::Done
                && one.addon_id.as_ref() == Some(addon_id)
        });
        if !is_made_here {
            return Ok(false);
        }
        let addon = self.door.connection.reader.addon(addon_id).await?.value;
        let owner = match &addon.owner {
            Owner::App(app) => Some(app.as_str()),
            Owner::Team(_) => None,
        };
        Ok(match &addon.attachments {
            Known::Is(rows) => rows.len() <= 1 && rows.iter().all(|row| Some(row.app.as_str()) == owner),
            _ => false,
        })
    }

    async fn follow(&mut self, id: &OperationId) -> Result<(), Failure> {
        self.reread()?;
        let Some(operation) = self.course.operations().find(|operation| operation.id == *id).cloned() else {
            return Err(Failure::new(Exit::Failed, format!("Operation {id} is not in the journal any more.")));
        };
        let settled = wait::until_settled(self.door, operation, self.wants.timeout).await;
        self.reread()?;
        settled.map(drop)
    }

    fn reread(&mut self) -> Result<(), Failure> {
        let id = &self.course.id;
        let gone = || Failure::new(Exit::Failed, format!("Procedure {id} is not in the journal any more."));
        self.course = self.door.journal.course(id)?.ok_or_else(gone)?;
        Ok(())
    }

    async fn download(&mut self, step: usize) -> Result<(), Failure> {
        self.tell(step);
        let Some(Act::Download { backup_id, file }) = self.step(step).map(|step| step.act.clone()) else {
            return Err(self.stuck("This step is no download."));
        };
        let reader = self.door.connection.reader.as_ref();
        match backups::download_to(reader, &backup_id, &file).await {
            Ok(message) => self.mark(Mark::Done { step, message }),
            Err(failure) => {
                self.mark(Mark::Failed { step, message: failure.message.clone() })?;
                Err(self.stuck(&failure.message))
            }
        }
    }

    /// Every app is read again; only then it is said that they were switched over.
    async fn verify(&mut self, step: usize) -> Result<(), Failure> {
        let apps = door::verify(&self.door.connection, &self.course, step).await?;
        for app in apps.iter().filter(|app| app.is_moved == Known::Is(Ok(()))) {
            output::note(&format!("  {}: moved", app.app));
        }
        let said = door::verdict(&self.course, step, &apps);
        let problem = match &said {
            Mark::Failed { message, .. } => Some(message.clone()),
            _ => None,
        };
        self.mark(said)?;
        problem.map_or(Ok(()), |problem| Err(self.stuck(&problem)))
    }

    /// What only a person can say. True if it was said beforehand.
    async fn person(&mut self, step: usize) -> Result<bool, Failure> {
        let goal = self.course.procedure.goal.clone();
        match (self.step(step).map(|step| step.act.clone()), goal) {
            (Some(Act::Check), Goal::Drill(_)) => {
                self.tell(step);
                let message = self.look().await?;
                output::note(&format!("  {message}"));
                self.mark(Mark::Done { step, message })?;
                Ok(true)
            }
            // Who asks for the switch has looked, or does not want to.
            (Some(Act::Check), Goal::Restore(_)) if self.wants.switch => {
                self.mark(Mark::Done { step, message: "--switch was given".to_owned() })?;
                Ok(true)
            }
            // Nobody stands still for it: whoever looks finds the data in its place.
            (Some(Act::Check), Goal::Restore(goal)) if goal.way == Way::InPlace && !self.stops_apps() => {
                self.mark(Mark::Done { step, message: "left to whoever looks".to_owned() })?;
                Ok(true)
            }
            (Some(Act::CleanUp), _) => {
                for left in super::restore::left_over(&self.course) {
                    output::note(&format!("  {left}"));
                }
                self.mark(Mark::Done { step, message: "listed".to_owned() })?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Whether the replacement works and holds about what the original holds.
    async fn look(&self) -> Result<String, Failure> {
        let reader = self.door.connection.reader.as_ref();
        let goal = &self.course.procedure.goal;
        let replacement = wait::until_ready(reader, goal.replacement(), self.wants.timeout).await?;
        let original = find::addon(reader, goal.addon()).await?;
        let (here, there) = (reader.usage(&replacement.key.id).await, reader.usage(&original.key.id).await);
        let (Ok(here), Ok(there)) = (here, there) else {
            return Ok(format!("{} is ready; what it holds is not told here.", replacement.name));
        };
        let figures = here.figures.iter().filter_map(|figure| {
            let other = there.figures.iter().find(|other| other.name == figure.name)?;
            Some(format!("{}: {} of {}", figure.name.replace('_', " "), shown(figure), shown(other)))
        });
        let figures: Vec<String> = figures.collect();
        Ok(format!("{} is ready; {}", replacement.name, figures.join(", ")))
    }

    /// Whether an app was put into maintenance on the way: it is down until somebody has looked.
    fn stops_apps(&self) -> bool {
        let is_stop = |act: &Act| matches!(act, Act::Send { command } if matches!(**command, Command::Maintenance { is_on: true, .. }));
        self.course.procedure.steps.iter().any(|step| is_stop(&step.act))
    }

    /// Sends a command that failed once more, as a new operation: its last attempt did nothing.
    pub(super) async fn retry(&mut self, step: usize, part: usize) -> Result<(), Failure> {
        let planned = self.course.steps.get(step).and_then(|status| status.parts.get(part));
        let Some(command) = planned.map(|part| part.command.clone()) else {
            return Err(self.stuck("There is nothing to try again."));
        };
        let sent = self.send(step, part, command).await;
        sent.map_err(|failure| self.with_way_on(failure))
    }

    /// How long each step took, where known: `(title, words)`.
    pub(super) fn times(&self) -> Vec<(String, String)> {
        let steps = self.course.procedure.steps.iter().zip(&self.course.steps);
        // What was only said to be done has no duration.
        let timed = steps.filter_map(|(step, status)| Some((step, status.began_at?, status.at?)));
        let timed = timed.filter(|(_, from, to)| from < to);
        timed.map(|(step, from, to)| (step.title.clone(), duration(from, to))).collect()
    }
}

/// The names that confirm a command beside its target's: one name does for all that comes before the apps are switched over.
pub(super) fn also_confirming(goal: &Goal, command: &Command) -> Vec<String> {
    let Some(goal) = goal.restore() else {
        // Each step of a destruction is about the one add-on.
        return vec![goal.addon().to_owned()];
    };
    let is_of_goal = match command {
        Command::BackUp { addon_id, .. } => *addon_id == goal.addon_id,
        Command::Restore(restore) => restore.name == goal.replacement,
        Command::CreateAddon(create) => create.name == goal.replacement,
        // So that an app keeps the former one under another name.
        Command::Attach { addon, .. } => *addon == goal.addon || *addon == goal.replacement,
        // It replaces nothing but what was made for this, which is empty; in place its own name is the only one.
        Command::RestoreInto { addon, .. } => goal.way != Way::InPlace && *addon == goal.replacement,
        Command::Maintenance { .. } | Command::RollBack { .. } => true,
        _ => false,
    };
    if is_of_goal { vec![goal.addon.clone(), goal.replacement.clone()] } else { Vec::new() }
}

fn shown(figure: &crate::model::Figure) -> String {
    figure.value.get().map_or_else(|| "unknown".to_owned(), |used| crate::model::limit_value(*used, &figure.unit))
}
