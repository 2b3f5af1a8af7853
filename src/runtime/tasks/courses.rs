//! What the runtime does for procedures: their record, what has to be read for them, and the files they fetch.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Done, Tasks, connection};
use crate::app::{Action, CourseEffect, CourseNews, Gathered, RequestId, Wanted};
use crate::model::{OperationId, Procedure};
use crate::platform::{Connection, ReadError};
use crate::store::door::AppMoved;
use crate::store::{Journal, Plan, door, download};

/// How often it is told how far a download is.
const TOLD: Duration = Duration::from_millis(250);

impl Tasks {
    /// Does what a procedure needs.
    pub(in crate::runtime) fn course(&mut self, effect: CourseEffect) {
        match effect {
            CourseEffect::TakeIfLeft(id) => self.record(move |journal| match journal.take_if_left(&id) {
                Ok(Some(taken)) => CourseNews::Taken(id, Ok(Box::new(taken))),
                Ok(None) => stands(&journal, id, None),
                Err(error) => stands(&journal, id, Some(error.0)),
            }),
            CourseEffect::Reread(id) => self.record(move |journal| stands(&journal, id, None)),
            CourseEffect::Mark { wheel, mark } => self.record(move |journal| {
                let id = wheel.course.clone();
                match journal.mark(&wheel, *mark) {
                    Ok(course) => CourseNews::Stands(id, Ok(Box::new(course)), None),
                    // Whoever has taken over is in the record.
                    Err(error) => stands(&journal, id, Some(error.0)),
                }
            }),
            CourseEffect::TakeOver(id) => self.record(move |journal| {
                let taken = journal.take_over(&id).map(Box::new).map_err(|error| error.0);
                CourseNews::Taken(id, taken)
            }),
            CourseEffect::Begin { id, procedure } => self.begin_course(id, *procedure),
            CourseEffect::Gather { id, wanted } => {
                let journal = self.journal.clone();
                self.read(id, move |connection| async move {
                    let gathered = match connection {
                        Ok(connection) => gather(&connection, journal.as_ref().ok(), wanted).await,
                        Err(error) => Err(error),
                    };
                    news(CourseNews::Gathered(id, gathered))
                });
            }
            CourseEffect::Verify { id, course, step } => self.read(id, move |connection| async move {
                let apps: Result<Vec<AppMoved>, ReadError> = match connection {
                    Ok(connection) => door::verify(&connection, &course, step).await,
                    Err(error) => Err(error),
                };
                news(CourseNews::Verified(id, apps))
            }),
            CourseEffect::Download { id, backup_id, file } => self.fetch_backup(id, backup_id, file),
        }
    }

    /// Does something with the journal, where it holds up nobody.
    fn record(&mut self, work: impl FnOnce(Journal) -> CourseNews + Send + 'static) {
        // Without a journal no procedure is known that this could be about.
        let Ok(journal) = self.journal.clone() else { return };
        self.saving.spawn_blocking(move || Done::Said(Box::new(news(work(journal)))));
    }

    fn begin_course(&mut self, id: RequestId, procedure: Procedure) {
        let (journal, line, profile) = (self.journal.clone(), self.line.clone(), self.profile.name.clone());
        self.saving.spawn(async move {
            let begun = async {
                let journal = journal?;
                let connection = connection(line).await.map_err(|error| error.message)?;
                let platform = connection.reader.words().platform;
                let mut plan = Plan::new(profile, platform, &connection.endpoint, procedure);
                plan.account = connection.reader.account().await.ok().map(|account| account.name);
                let begun = tokio::task::spawn_blocking(move || journal.begin_course(plan)).await;
                match begun {
                    Ok(begun) => begun.map(Box::new).map_err(|error| error.0),
                    Err(error) => Err(format!("The plan could not be written: {error}.")),
                }
            };
            Done::Said(Box::new(news(CourseNews::Begun(id, begun.await))))
        });
    }

    fn fetch_backup(&mut self, id: RequestId, backup_id: String, file: PathBuf) {
        let told = self.progress.clone();
        self.read(id, move |connection| async move {
            let fetched = match connection {
                Ok(connection) => fetch(&connection, id, &backup_id, &file, &told).await,
                Err(error) => Err(error.message),
            };
            news(CourseNews::Downloaded(id, fetched))
        });
    }
}

fn news(news: CourseNews) -> Action {
    Action::Course(Box::new(news))
}

fn stands(journal: &Journal, id: OperationId, why: Option<String>) -> CourseNews {
    let course = match journal.course(&id) {
        Ok(Some(course)) => Ok(Box::new(course)),
        Ok(None) => Err(format!("There is no procedure {id} in the journal any more.")),
        Err(error) => Err(error.0),
    };
    CourseNews::Stands(id, course, why)
}

async fn gather(connection: &Connection, journal: Option<&Journal>, wanted: Wanted) -> Result<Gathered, ReadError> {
    let (commands, apps) = match wanted {
        Wanted::Commands(commands) => (commands, Vec::new()),
        Wanted::Forward(course, step) => door::bind(connection, &course, step).await?,
        Wanted::Back(course, step) => door::bind_back(connection, &course, step).await?,
        Wanted::Destruction(addon_id) => (door::destruction(connection, &addon_id).await?, Vec::new()),
    };
    let prepared = door::prepare_all(connection, journal, commands).await?;
    Ok(Gathered { prepared, apps })
}

async fn fetch(
    connection: &Connection,
    id: RequestId,
    backup_id: &str,
    file: &Path,
    progress: &tokio::sync::mpsc::Sender<Action>,
) -> Result<String, String> {
    let mut last: Option<Instant> = None;
    let told = |(bytes, of): download::Downloaded| {
        if last.is_none_or(|last| last.elapsed() >= TOLD) {
            last = Some(Instant::now());
            // Where the loop has not heard of the piece before yet, it needs not hear of this one.
            let _ = progress.try_send(news(CourseNews::Downloading(id, bytes, of)));
        }
    };
    let fetched = download::download(connection.reader.as_ref(), backup_id, file, told).await;
    fetched.map(|words| format!("{}: {words}", file.display())).map_err(|broken| broken.to_string())
}
