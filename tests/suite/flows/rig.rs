//! What procedures need of the platform in memory: a real journal, commands told late, apps read again, files.

use attache::app::{Action, CourseEffect, CourseNews, Gathered, Wanted};
use attache::model::*;
use attache::platform::ReadError;
use attache::store::door::{AppMoved, Followed};
use attache::store::{Intent, Journal, PartOf, Plan, Prepared, RecordKind, SubmitResult, Watch};

use super::effects::{changes, follow};
use super::fake::Fake;

pub(crate) const ENDPOINT: &str = "unix";

/// How procedures go on this platform.
#[derive(Default)]
pub(crate) struct Rig {
    pub(crate) journal: Option<Journal>,
    /// Where it is, unless a script has a folder of its own.
    folder: Option<tempfile::TempDir>,
    /// Whether switching over takes a command for each app.
    pub(crate) is_per_app: bool,
    /// Whether an add-on that is attached to an app that does not own it can't be destroyed.
    pub(crate) is_kept_by_apps: bool,
    /// Whether a backup replaces the data of its own add-on, and can't become another one.
    pub(crate) is_in_place: bool,
    /// How commands end that name an app.
    pub(crate) fails: Vec<(String, Outcome)>,
    /// Apps that the platform says it has moved, and has not.
    pub(crate) stays: Vec<String>,
    /// Why no file comes.
    pub(crate) no_file: Option<String>,
    /// What the platform does for whatever is followed.
    pub(crate) work: Option<Work>,
    /// Files that were fetched.
    pub(crate) files: Vec<std::path::PathBuf>,
}

impl Fake {
    /// The platform works on an add-on.
    pub(crate) fn work_on(&mut self, name: &str, kind: &str, progress: Option<Progress>) {
        let addon = self.addon_mut(name);
        addon.work = Some(Box::new(Work {
            addon_id: Some(addon.key.id.to_string()),
            addon: Some(name.into()),
            ..work(kind, progress)
        }));
    }

    /// Keeps a real journal in a folder.
    pub(crate) fn keep(&mut self, folder: &std::path::Path) {
        let journal = Journal::open(&folder.join("operations")).expect("a journal");
        self.watch = Some(Watch::new(journal.clone(), self.profile.clone(), ENDPOINT.into()));
        self.rig.journal = Some(journal);
    }

    pub(super) fn real(&self) -> &Journal {
        self.rig.journal.as_ref().expect("this script needs a journal")
    }

    pub(super) fn submit_as(&mut self, prepared: Prepared, part_of: Option<Box<PartOf>>) -> SubmitResult {
        let Some(part_of) = part_of else { return self.submit(prepared) };
        let fresh = match self.prepare(prepared.command.clone()) {
            // What the procedure did itself before is no change.
            Ok(fresh) if self.has_begun(&part_of) && fresh.effects == prepared.effects => fresh,
            Ok(fresh) if fresh.situation == prepared.situation => fresh,
            Ok(fresh) => {
                self.changes += 1;
                let what = vec!["It is not what it was when it was shown.".to_owned()];
                return SubmitResult::Changed { what, prepared: Box::new(fresh) };
            }
            Err(error) => return SubmitResult::NotSent(error.message),
        };
        let command = prepared.command.clone();
        let intent = Intent::new(self.profile.clone(), "local", ENDPOINT, command.clone(), self.now);
        let mut driver = match self.real().begin_part(&part_of, intent) {
            Ok(driver) => driver,
            Err(error) => return SubmitResult::NotSent(error.0),
        };
        driver.record(RecordKind::Sent).expect("it can be written");
        if let Some(at) = self.rig.fails.iter().position(|(app, _)| command.app() == Some(app.as_str())) {
            self.outcome = Some(self.rig.fails.remove(at).1);
        }
        let SubmitResult::Operation(operation) = self.submit(fresh) else { panic!("it was just looked at") };
        let Operation { outcome, addon_id, backup_id, work_id, .. } = *operation;
        if outcome == Outcome::Done {
            self.moved(&command);
        }
        let is_under_way = outcome == Outcome::Accepted;
        if is_under_way || outcome == Outcome::Done {
            let request_id = None;
            let line = RecordKind::Acknowledged { addon_id, request_id, is_under_way, work_id, backup_id };
            driver.record(line).expect("it can be written");
        }
        if !is_under_way {
            driver.record(RecordKind::End { outcome, evidence: None, asks: None }).expect("it can be written");
        }
        SubmitResult::Operation(Box::new(driver.operation().clone()))
    }

    fn has_begun(&self, part_of: &PartOf) -> bool {
        let course = self.real().course(&part_of.wheel.course).expect("it can be read").expect("it is there");
        course.operations().count() > 0
    }

    /// An app that was given one add-on uses the other no more, where switching is done app by app.
    fn moved(&mut self, command: &Command) {
        let Command::Attach { addon, app, .. } = command else { return };
        if !self.rig.is_per_app || app == "test" {
            return;
        }
        let name = addon.clone();
        for other in self.addons.iter_mut().filter(|other| other.name != name) {
            if let Known::Is(attachments) = &mut other.attachments {
                attachments.retain(|one| one.app != *app);
            }
        }
    }

    pub(super) fn followed(&mut self, operation: Operation) -> Box<Followed> {
        let before = operation.outcome.clone();
        let operation = follow(self, operation);
        let is_recorded = operation.outcome != before && !matches!(operation.outcome, Outcome::Unknown { .. });
        if let Some(journal) = self.rig.journal.as_ref().filter(|_| is_recorded)
            && let Ok(Some(mut driver)) = journal.drive(&operation.id)
        {
            driver
                .record(RecordKind::End { outcome: operation.outcome.clone(), evidence: None, asks: None })
                .expect("written");
            return Box::new(Followed { operation: driver.operation().clone(), work: None });
        }
        Box::new(Followed { operation, work: self.rig.work.clone() })
    }

    pub(super) fn course(&mut self, effect: CourseEffect) -> Option<Action> {
        if self.rig.journal.is_none() {
            let folder = tempfile::tempdir().expect("a folder");
            self.keep(folder.path());
            self.rig.folder = Some(folder);
        }
        let news = match effect {
            CourseEffect::TakeIfLeft(id) => match self.real().take_if_left(&id) {
                Ok(Some(taken)) => CourseNews::Taken(id, Ok(Box::new(taken))),
                Ok(None) => self.stands(id, None),
                Err(error) => self.stands(id, Some(error.0)),
            },
            CourseEffect::Reread(id) => self.stands(id, None),
            CourseEffect::TakeOver(id) => {
                let taken = self.real().take_over(&id);
                CourseNews::Taken(id, taken.map(Box::new).map_err(|error| error.0))
            }
            CourseEffect::Mark { wheel, mark } => match self.real().mark(&wheel, *mark) {
                Ok(course) => CourseNews::Stands(wheel.course, Ok(Box::new(course)), None),
                Err(error) => self.stands(wheel.course, Some(error.0)),
            },
            CourseEffect::Begin { id, procedure } => {
                let plan = Plan::new(self.profile.clone(), "local", ENDPOINT, *procedure);
                let begun = self.real().begin_course(plan);
                CourseNews::Begun(id, begun.map(Box::new).map_err(|error| error.0))
            }
            CourseEffect::Gather { id, wanted } => CourseNews::Gathered(id, self.gather(wanted)),
            CourseEffect::Verify { id, course, step } => {
                CourseNews::Verified(id, self.read_fault().map_or_else(|| Ok(self.verify(&course, step)), Err))
            }
            CourseEffect::Download { id, file, .. } => {
                let fetched = match self.rig.no_file.take() {
                    Some(why) => Err(why),
                    None => {
                        self.rig.files.push(file);
                        Ok("1.0 MiB, its checksum is right".to_owned())
                    }
                };
                CourseNews::Downloaded(id, fetched)
            }
        };
        Some(Action::Course(Box::new(news)))
    }

    fn stands(&self, id: OperationId, why: Option<String>) -> CourseNews {
        let course = self.real().course(&id).expect("it can be read").expect("it is there");
        CourseNews::Stands(id, Ok(Box::new(course)), why)
    }

    fn gather(&self, wanted: Wanted) -> Result<Gathered, ReadError> {
        if let Some(error) = self.read_fault() {
            return Err(error);
        }
        let (commands, apps) = match wanted {
            Wanted::Commands(commands) => (commands, Vec::new()),
            Wanted::Destruction(id) => (self.destruction(&id), Vec::new()),
            Wanted::Forward(course, _) => {
                let goal = course.procedure.goal.restore().expect("a restore");
                let (from, to) = (self.addon(&goal.addon), self.addon(&goal.replacement));
                let apps: Vec<String> = from.attachments.items().iter().map(|one| one.app.to_string()).collect();
                (self.switch(from, to, &apps), apps)
            }
            Wanted::Back(course, step) => {
                let goal = course.procedure.goal.restore().expect("a restore");
                let status = &course.steps[step];
                let done = status.current().iter().filter(|part| matches!(part.state, StepState::Done(_)));
                let done: Vec<Option<&str>> = done.map(|part| part.command.app()).collect();
                let is_moved = |app: &String| done.contains(&None) || done.contains(&Some(app.as_str()));
                let apps: Vec<String> = status.apps.iter().filter(|app| is_moved(app)).cloned().collect();
                (self.switch(self.addon(&goal.replacement), self.addon(&goal.addon), &apps), apps)
            }
        };
        let mut prepared = commands.into_iter().map(|command| self.prepare(command)).collect::<Result<Vec<_>, _>>()?;
        if prepared.len() > 1
            && let Some(last) = prepared.last_mut().filter(|one| matches!(one.command, Command::DestroyAddon { .. }))
        {
            // It is told as it will be once it was detached everywhere.
            if let Some(addon) = &mut last.situation.addon {
                addon.attachments = Known::Is(Vec::new());
            }
            last.effects.changes = changes(&last.command, last.situation.addon.as_ref());
        }
        Ok(Gathered { prepared, apps })
    }

    /// Why an add-on can't be destroyed as it stands.
    pub(super) fn kept(&self, command: &Command, addon: Option<&Addon>) -> Option<String> {
        let is_it = self.rig.is_kept_by_apps && matches!(command, Command::DestroyAddon { .. });
        let app = addon.filter(|_| is_it)?.attachments.items().first()?.app.clone();
        Some(format!("It is attached to {app}: detach it there first."))
    }

    /// What destroys an add-on: where it can't be destroyed while it is attached, it is detached before.
    fn destruction(&self, id: &str) -> Vec<Command> {
        let addon = self.addons.iter().find(|addon| addon.key.id == id).expect("it is there");
        let (addon_id, name) = (addon.key.id.clone(), addon.name.clone());
        let detach = |row: &Attachment| Command::Detach {
            attachment_id: row.id.clone().expect("it has one").to_string(),
            addon_id: addon_id.to_string(),
            addon: name.to_string(),
            app: row.app.to_string(),
            alias: row.alias.clone().map(Into::into),
        };
        let rows = addon.attachments.items().iter().filter(|row| self.rig.is_kept_by_apps && !row.owner_row);
        let last = Command::DestroyAddon { addon_id: addon_id.to_string(), addon: name.to_string() };
        rows.map(detach).chain([last]).collect()
    }

    fn switch(&self, from: &Addon, to: &Addon, apps: &[String]) -> Vec<Command> {
        let (to_id, to_name) = (to.key.id.clone(), to.name.clone());
        if !self.rig.is_per_app {
            let (from_id, from) = (from.key.id.clone(), from.name.clone());
            return vec![Command::MoveAttachments {
                from_id: from_id.to_string(),
                from: from.to_string(),
                to_id: to_id.to_string(),
                to: to_name.to_string(),
            }];
        }
        let attach = |app: &String| Command::Attach {
            addon_id: to_id.to_string(),
            addon: to_name.to_string(),
            app: app.clone(),
            alias: None,
            confirm: None,
            credential: None,
        };
        apps.iter().map(attach).collect()
    }

    fn verify(&self, course: &Course, step: usize) -> Vec<AppMoved> {
        let goal = course.procedure.goal.restore().expect("a restore");
        let status = &course.steps[step];
        let (from, to) = match status.is_back() {
            false => (&goal.addon, &goal.replacement),
            true => (&goal.replacement, &goal.addon),
        };
        let uses = |name: &str, app: &str| self.addon(name).attachments.items().iter().any(|one| one.app == app);
        let is_moved = |app: &String| match () {
            () if self.rig.stays.contains(app) => Err(format!("Its variable DATABASE_URL still comes from {from}.")),
            () if !uses(to, app) => Err(format!("{to} is not attached to it.")),
            () if uses(from, app) => Err(format!("{from} is still attached to it.")),
            () => Ok(()),
        };
        let apps = status.apps.iter();
        apps.map(|app| AppMoved { app: app.clone(), is_moved: Known::Is(is_moved(app)) }).collect()
    }
}

pub(super) fn work(kind: &str, progress: Option<Progress>) -> Work {
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: "op_1".into(),
        kind: kind.into(),
        addon_id: None,
        addon: None,
        backup_id: None,
        state: WorkState::Running,
        step: Some("copy_data".into()),
        message: None,
        by: None,
        created_at: None,
        started_at: None,
        ended_at: None,
        progress,
    }
}
