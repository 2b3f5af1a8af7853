use std::path::PathBuf;
use std::time::Duration;

use super::*;

const LONG: Duration = Duration::from_secs(60);

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn log(&self) -> Log {
        Log::new(self.folder.path().join("log"), Vec::new())
    }

    fn ready_file(&self) -> PathBuf {
        self.folder.path().join("ready")
    }

    /// A shell that runs `script` with the path of the file that says it is ready as `$1`. That file comes after whatever else
    /// it starts: what a shell forks is called `sh` in this folder too until it has become another program.
    fn script(&self, script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(script).arg("server").arg(self.ready_file());
        command
    }

    fn processes(&self) -> Vec<Process> {
        Process::of(&["sh"], self.folder.path()).unwrap()
    }
}

#[tokio::test]
async fn a_server_is_found_again_by_its_folder_and_ended() {
    let place = Place::new();
    let ready = place.ready_file();
    let command = place.script("echo started; mkfifo \"$1.pipe\"; touch \"$1\"; read -r _ <\"$1.pipe\"");
    let process = start("Server", command, &place.log(), LONG, |_| ready.exists()).await.unwrap();
    assert_eq!(place.log().last_lines(), ["started"]);

    let found = place.processes();
    assert_eq!(found.iter().map(Process::pid).collect::<Vec<_>>(), [process.pid()]);
    assert!(Process::of(&["postgres"], place.folder.path()).unwrap().is_empty(), "the name counts too");
    assert!(Process::of(&["sh"], Path::new("/nowhere")).unwrap().is_empty(), "the folder counts too");

    end("Server", &found, &[(Signal::KILL, LONG)]).await.unwrap();
    assert!(process.has_ended());
    assert!(place.processes().is_empty());
}

#[tokio::test]
async fn a_server_that_ignores_the_first_signal_gets_the_next() {
    let place = Place::new();
    let ready = place.ready_file();
    let command = place.script("trap '' TERM; mkfifo \"$1.pipe\"; touch \"$1\"; read -r _ <\"$1.pipe\"");
    let process = start("Server", command, &place.log(), LONG, |_| ready.exists()).await.unwrap();
    let signals = [(Signal::TERM, Duration::from_millis(50)), (Signal::KILL, LONG)];
    end("Server", &[process], &signals).await.unwrap();
    assert!(place.processes().is_empty());
}

#[tokio::test]
async fn a_server_that_ends_before_it_is_ready_tells_why() {
    let place = Place::new();
    let command = place.script("echo 'FATAL: bind: Address already in use'; exit 3");
    let error = start("Server", command, &place.log(), LONG, |_| false).await.unwrap_err();
    assert_eq!(error.message, "Server ended (exit status: 3) before it was ready: FATAL: bind: Address already in use");
    assert!(error.port_taken);
}

#[tokio::test]
async fn a_server_that_is_not_ready_in_time_is_left_to_be_adopted() {
    let place = Place::new();
    let command = place.script("mkfifo \"$1.pipe\"; read -r _ <\"$1.pipe\"");
    let error = start("Server", command, &place.log(), Duration::ZERO, |_| false).await.unwrap_err();
    assert!(error.message.contains("was not ready within 0 s"), "{}", error.message);
    end("Server", &place.processes(), &[(Signal::KILL, LONG)]).await.unwrap();
}

#[tokio::test]
async fn a_program_that_fails_tells_why_and_leaves_the_old_lines_out() {
    let place = Place::new();
    run(
        "program",
        place.script("read -r line; [ \"$line\" = given ]"),
        &SecretString::from("given\n"),
        &place.log(),
        LONG,
    )
    .await
    .unwrap();
    let error =
        run("program", place.script("echo 'error: no room' >&2; exit 1"), &SecretString::from(""), &place.log(), LONG)
            .await
            .unwrap_err();
    assert_eq!(error.message, "program failed (exit status: 1): error: no room");
    assert_eq!(error.log, ["error: no room"]);
}

#[tokio::test]
async fn what_can_not_be_started_is_named() {
    let place = Place::new();
    let error = start("Server", Command::new("/no/such"), &place.log(), LONG, |_| true).await.unwrap_err();
    assert!(error.message.starts_with("Server could not be started: "), "{}", error.message);
}
