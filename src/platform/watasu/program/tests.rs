//! The program, run: the scripted one of the tests, or none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::model::Command;
use crate::platform::{ReadError, ReadErrorKind, Record, SubmitError, Writer};

/// Writes down what is put on record.
#[derive(Default)]
struct Paper {
    folder: Option<PathBuf>,
    lines: Mutex<Vec<String>>,
}

impl Record for Paper {
    fn folder(&self) -> Result<PathBuf, String> {
        self.folder.clone().ok_or_else(|| "There is no place for it.".to_owned())
    }

    fn started(&self, pid: u32, output: &Path) -> Result<(), String> {
        self.lines.lock().unwrap().push(format!("started {pid} {}", output.display()));
        Ok(())
    }

    fn progress(&self, sentence: &str) -> Result<(), String> {
        self.lines.lock().unwrap().push(sentence.to_owned());
        Ok(())
    }
}

fn program(path: &str, settings: Settings) -> Arc<Program> {
    let variables = [("PATH", path), ("HOME", "/nowhere")].map(|(name, value)| (OsString::from(name), value.into()));
    Arc::new(Program::with(variables, Redactor::default(), settings))
}

fn back_up() -> Command {
    Command::BackUp { addon_id: "41".into(), addon: "pg-1".into(), label: None }
}

async fn submit(program: Arc<Program>, record: &Paper) -> Result<(), SubmitError> {
    let writer = ProgramWriter { program, undocumented: false };
    writer.submit_recorded(&back_up(), "key", record).await.map(drop)
}

/// A folder with a program of that name, which is another one of this machine.
fn with_program(stands_for: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(stands_for, folder.path().join(NAME)).unwrap();
    folder
}

#[tokio::test]
async fn only_absolute_folders_are_looked_in_and_without_a_program_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(NAME), "not executable").unwrap();
    let path = format!(".:relative::{}", folder.path().display());
    let program = program(&path, Settings::default());
    assert!(program.folders.iter().all(|folder| folder.is_absolute()), "{:?}", program.folders);
    assert!(program.path().unwrap_err().contains("not on PATH"));
    let record = Paper { folder: Some(folder.path().to_owned()), ..Paper::default() };
    assert!(matches!(submit(program, &record).await, Err(SubmitError::NotSent(_))));
    assert!(record.lines.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_can_not_be_found_again_or_not_be_started_is_not_sent() {
    let good = with_program("/bin/true");
    let path = good.path().display().to_string();
    let sent = submit(program(&path, Settings::default()), &Paper::default()).await;
    assert!(matches!(&sent, Err(SubmitError::NotSent(why)) if why.message.contains("no place")), "{sent:?}");
    let writer = ProgramWriter { program: program(&path, Settings::default()), undocumented: false };
    assert!(matches!(writer.submit(&back_up(), "key").await, Err(SubmitError::NotSent(_))));
    // It is there and executable, and can't be run.
    let bad = with_program("/bin/true");
    std::fs::remove_file(bad.path().join(NAME)).unwrap();
    std::fs::write(bad.path().join(NAME), "#!/no/such/interpreter\n").unwrap();
    std::fs::set_permissions(bad.path().join(NAME), std::fs::Permissions::from_mode(0o755)).unwrap();
    let record = Paper { folder: Some(bad.path().to_owned()), ..Paper::default() };
    let sent = submit(program(&bad.path().display().to_string(), Settings::default()), &record).await;
    assert!(matches!(&sent, Err(SubmitError::NotSent(why)) if why.message.contains("can't be started")), "{sent:?}");
}

/// The scripted one, which does as it is told there.
fn scripted(knobs: &Path, settings: Settings) -> Arc<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins/watasu/program");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let variables = [("PATH", path), ("WATASU_KNOBS", knobs.display().to_string())];
    let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Arc::new(Program::with(variables, Redactor::default(), settings))
}

#[tokio::test]
async fn one_that_takes_its_time_is_let_go_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let knobs = folder.path().join("knobs.json");
    std::fs::write(&knobs, format!(r#"{{"write": {{"waits_for": "{}/gate"}}}}"#, folder.path().display())).unwrap();
    let settings = Settings { write_overall: Duration::from_millis(1), ..Settings::default() };
    let record = Paper { folder: Some(folder.path().to_owned()), ..Paper::default() };
    submit(scripted(&knobs, settings), &record).await.unwrap();
    let lines = record.lines.lock().unwrap().clone();
    let pid: i32 = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
    assert!(lines[1].contains("takes its time"), "{lines:?}");
    let stat = crate::proc_stat::ProcStat::read(pid).unwrap();
    assert!(!stat.has_ended);
    assert_eq!(stat.session, u32::try_from(pid).unwrap(), "it leads a session of its own");
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_question_that_takes_too_long_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { read_overall: Duration::from_millis(1), ..Settings::default() };
    let error = scripted(&folder.path().join("knobs.json"), settings).whoami().await.unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TimedOut, "{error}");
}

#[tokio::test]
async fn they_agree_only_while_they_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let knobs = folder.path().join("knobs.json");
    let says = |who: &str| std::fs::write(&knobs, format!(r#"{{"whoami": {{"prints": "{who}"}}}}"#)).unwrap();
    let accord = Accord::new(scripted(&knobs, Settings::default()));
    let read = || async { Ok(r#"{"email": "ada@example.com"}"#.to_owned()) };
    assert!(accord.why_not().is_some(), "nobody was asked yet");
    says("ada@example.com");
    accord.compare(read()).await.unwrap();
    assert_eq!((accord.why_not(), accord.revision()), (None, 1));
    accord.compare(read()).await.unwrap();
    assert_eq!(accord.revision(), 1, "nothing has changed");
    says("bob@example.com");
    let error = accord.compare(read()).await.unwrap_err();
    assert!(error.message.contains("bob@example.com") && error.message.contains("ada@example.com"), "{error}");
    assert_eq!((accord.why_not(), accord.revision()), (Some(error.message), 2));
    says("ada@example.com");
    let gone = async { Err(ReadError::new(ReadErrorKind::TimedOut, "It did not answer.")) };
    assert!(accord.compare(gone).await.is_err() && accord.why_not().is_some());
}
