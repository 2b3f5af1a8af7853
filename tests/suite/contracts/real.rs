//! The same against the platform itself, whose answers to writes are lost: each command is shown, sent once, found out by
//! the evidence that the platform shows, and followed to its end. With buckets, which need no server program.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use attache::config::{Endpoint, PlatformKind, Profile};
use attache::model::{Addon, Change, Command, Danger, Operation, Outcome, ProfileName, RestoreBackup, Schedule};
use attache::platform::{Connection, Settings, connect};
use attache::store::{Journal, SubmitResult, door};

use crate::support::eventually::eventually;
use crate::support::home::Home;

/// How the answers to writes begin, which nobody else hears of.
type Answers = Arc<Mutex<Vec<String>>>;

/// Hands on everything but the answers to writes.
fn lossy_line(socket: &std::path::Path, platform: PathBuf) -> Answers {
    let listener = UnixListener::bind(socket).unwrap();
    let answers = Answers::default();
    let kept = answers.clone();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = UnixStream::connect(&platform).await.unwrap();
            tokio::spawn(pass(client, server, kept.clone()));
        }
    });
    answers
}

async fn pass(mut client: UnixStream, mut server: UnixStream, kept: Answers) {
    let mut first = [0; 4];
    if client.read_exact(&mut first).await.is_err() {
        return;
    }
    server.write_all(&first).await.unwrap();
    if first == *b"GET " {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        return;
    }
    let (mut asks, _unheard) = client.split();
    let (mut answers, mut takes) = server.split();
    let mut answer = [0; 256];
    tokio::select! {
        _ended = tokio::io::copy(&mut asks, &mut takes) => {}
        // The platform answers, so it has acted.
        read = answers.read(&mut answer) => {
            kept.lock().unwrap().push(String::from_utf8_lossy(&answer[..read.unwrap()]).into_owned());
        }
    }
}

struct Line {
    connection: Connection,
    journal: Journal,
    answers: Answers,
    _home: Home,
}

impl Line {
    async fn new() -> Self {
        let home = Home::new();
        let home = tokio::task::spawn_blocking(move || {
            home.platform_ready();
            home
        });
        let home = home.await.unwrap();
        let socket = home.path().join("line.sock");
        let answers = lossy_line(&socket, home.platform_folder().join("run/api.sock"));
        let profile = Profile {
            backup_max_age: attache::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: attache::config::Authorities::default(),
            name: ProfileName("local".into()),
            platform: PlatformKind::Local,
            endpoint: Endpoint::Unix(socket),
            token: None,
            token_source: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        };
        let connection = connect(&profile, Settings::default()).unwrap();
        let journal = Journal::open(&home.path().join("operations")).unwrap();
        Self { connection, journal, answers, _home: home }
    }

    async fn addon(&self, name: &str) -> Addon {
        self.connection.reader.addon(name).await.unwrap().value
    }

    /// Sends it without hearing of it, and finds out that it was done.
    async fn carry_out(&self, command: Command) -> Operation {
        let what = command.sentence();
        let prepared = door::prepare(&self.connection, Some(&self.journal), command).await.unwrap();
        let is_doubtful = |change: &&Change| matches!(change, Change::Refused(_) | Change::Unknown(_));
        assert_eq!(prepared.effects.changes.iter().find(is_doubtful), None, "{what}");
        let before = self.answers.lock().unwrap().len();
        let local = ProfileName("local".into());
        let sent = door::submit(&self.connection, &self.journal, &local, prepared).await;
        let SubmitResult::Operation(sent) = sent else { panic!("{what}: {sent:?}") };
        assert!(matches!(sent.outcome, Outcome::Unknown { .. }), "{sent:?}");
        assert_eq!(self.answers.lock().unwrap().len(), before + 1, "{what}: sent once");
        let look = async || door::follow(&self.connection, &self.journal, &sent).await.unwrap().operation;
        let status = self.answers.lock().unwrap().last().cloned().unwrap();
        assert!(status.starts_with("HTTP/1.1 2"), "{what}: the platform refused it: {status}");
        eventually(&what, async || matches!(look().await.outcome, Outcome::Done | Outcome::Failed { .. })).await;
        let ended = look().await;
        assert_eq!(ended.outcome, Outcome::Done, "{what}");
        assert_eq!(self.answers.lock().unwrap().len(), before + 1, "{what}: looking sends nothing");
        ended
    }
}

fn id_and_name(addon: &Addon) -> (String, String) {
    (addon.key.id.to_string(), addon.name.to_string())
}

#[tokio::test]
async fn every_command_is_found_out_on_the_platform_itself() {
    let line = Line::new().await;
    let reader = line.connection.reader.as_ref();
    let (addon_id, addon) = id_and_name(&line.addon("uploads").await);
    let ids = || (addon_id.clone(), addon.clone());

    let schedule = Some(Schedule { hour: 2, time_zone: "Europe/Berlin".into() });
    let (id, name) = ids();
    line.carry_out(Command::ScheduleBackups { addon_id: id, addon: name, schedule: schedule.clone() }).await;
    let (id, name) = ids();
    let backup = line.carry_out(Command::BackUp { addon_id: id, addon: name, label: None }).await.backup_id.unwrap();
    let backups = reader.backups(&addon_id).await.unwrap();
    assert_eq!(backups.last_finished().unwrap().id, backup);
    let policy = backups.policy.unwrap();
    assert!(policy.schedule == schedule && policy.next_at.is_some());

    let download = reader.download(&backup).await.unwrap();
    let (size, extension) = (download.size.unwrap(), download.extension.clone().unwrap());
    let bytes: Vec<bytes::Bytes> = download.bytes.try_collect().await.unwrap();
    let file = line.journal.dir().join(format!("copy.{extension}"));
    std::fs::write(&file, bytes.concat()).unwrap();
    let uploaded = Command::UploadBackup { service: "object-storage".into(), file, size };
    let uploaded = line.carry_out(uploaded).await.backup_id.unwrap();

    let restore = |backup_id: &str, of: Option<&str>, name: &str| {
        Command::Restore(RestoreBackup {
            backup_id: backup_id.into(),
            of: of.map(str::to_owned),
            name: name.into(),
            team: None,
            service: "object-storage".into(),
            plan: "standard".into(),
        })
    };
    line.carry_out(restore(&uploaded, None, "of-a-file")).await;
    line.carry_out(restore(&backup, Some("uploads"), "restored")).await;
    let restored = line.addon("restored").await;
    assert_eq!(restored.restored_from.as_ref().unwrap().addon_id.as_ref(), Some(&addon_id));

    let (id, name) = ids();
    line.carry_out(Command::Attach {
        addon_id: id,
        addon: name,
        app: "billing".into(),
        alias: None,
        confirm: None,
        credential: None,
    })
    .await;
    let (to_id, to) = id_and_name(&restored);
    let (from_id, from) = ids();
    line.carry_out(Command::MoveAttachments { from_id, from, to_id, to }).await;
    assert_eq!(line.addon("uploads").await.attachments.items().len(), 0);

    let (id, name) = id_and_name(&restored);
    line.carry_out(Command::Rotate { addon_id: id, addon: name }).await;
    let releases = reader.releases("storefront").await.unwrap();
    assert_eq!(releases.len(), 3, "attached when the platform was new, switched over, a new password: {releases:?}");
    assert!(!reader.addon_values("restored").await.unwrap().is_empty());
    let (id, name) = ids();
    line.carry_out(Command::Restart { addon_id: id, addon: name }).await;
    assert!(!reader.usage(&addon_id).await.unwrap().figures.is_empty());

    let of = (Some(addon_id.clone()), Some(addon.clone()));
    line.carry_out(Command::DeleteBackup { backup_id: backup.clone(), addon_id: of.0, addon: of.1 }).await;
    assert!(!reader.backup(&backup).await.unwrap().value.is_finished());
    let (id, name) = ids();
    line.carry_out(Command::ScheduleBackups { addon_id: id, addon: name, schedule: None }).await;
    let (id, name) = ids();
    line.carry_out(Command::Rename { addon_id: id, addon: name, name: "uploads-old".into() }).await;
    let (addon_id, addon) = id_and_name(&line.addon("uploads-old").await);
    line.carry_out(Command::DestroyAddon { addon_id, addon }).await;
    assert_eq!(reader.all_backups().await.unwrap().len(), 2, "they outlive it");
}
