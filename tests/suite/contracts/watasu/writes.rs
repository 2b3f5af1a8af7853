//! Writes by the `watasu` program, through the verbs of the real binary: each in words and without a shell, found again after
//! our own end, and judged by what there is.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::stand_ins::Rig;
use crate::stand_ins::watasu::{World, router};
use crate::support::eventually::eventually;
use crate::support::home::{Home, Ran};

const TOKEN: &str = "k3y-of-the-pr0file";
const ORDERS: &str = "postgresql-lively-0042";
const SEARCH: &str = "qdrant-keen-0046";

/// A stand-in with a program that acts on it, and a home with a profile for both.
struct Desk {
    rig: Rig<World>,
    url: String,
    home: Home,
}

impl Desk {
    async fn new() -> Self {
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", World::small(), router()).await.unwrap();
        let desk = Self { rig, url, home: Home::new() };
        desk.configure("");
        desk.misbehave(json!({}));
        desk
    }

    fn configure(&self, more: &str) {
        let folder = self.home.path().join("config");
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "[profiles.work]\nplatform = \"watasu\"\nendpoint = \"{}/mcp\"\ntoken_env = \"WORK_TOKEN\"\ndanger = \"none\"\n{more}",
            self.url
        );
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    fn knobs(&self) -> PathBuf {
        self.home.path().join("knobs.json")
    }

    /// From now on the program does this.
    fn misbehave(&self, knobs: Value) {
        std::fs::write(self.knobs(), knobs.to_string()).unwrap();
    }

    fn command(&self, line: &str) -> Command {
        self.command_of(line.split_whitespace())
    }

    fn command_of<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins/watasu/program");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut command = self.home.command(words);
        command
            .env("PATH", path)
            .env("ATTACHE_PROFILE", "work")
            .env("WORK_TOKEN", TOKEN)
            .env("WATASU_API_KEY", TOKEN)
            .env("WATASU_API_URL", &self.url)
            .env("WATASU_KNOBS", self.knobs());
        command
    }

    async fn run(&self, line: &str) -> Ran {
        ran(self.command(line)).await
    }

    /// What the program was called for that was no question.
    fn written(&self) -> Vec<Value> {
        let is_question = |call: &Value| {
            let words: Vec<&str> = call["argv"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            matches!(words.as_slice(), ["whoami"] | ["addons", "backups", _] | ["addons", "backups", _, "--json"])
        };
        let text = std::fs::read_to_string(self.knobs().with_extension("json.calls")).unwrap_or_default();
        let calls = text.lines().map(|line| serde_json::from_str(line).unwrap());
        calls.filter(|call| !is_question(call)).collect()
    }

    fn lines(&self) -> Vec<String> {
        self.written()
            .iter()
            .map(|call| {
                call["argv"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join("|")
            })
            .collect()
    }

    fn operations(&self) -> PathBuf {
        self.home.path().join("state/operations")
    }

    /// As if what is on record had been written an hour ago.
    fn age(&self, id: &str) {
        let file = self.operations().join(id).with_extension("jsonl");
        let older = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let at: jiff::Timestamp = line["at"].as_str().unwrap().parse().unwrap();
            line["at"] = json!(at - jiff::SignedDuration::from_hours(1));
            format!("{line}\n")
        };
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text.lines().map(older).collect::<String>()).unwrap();
    }

    /// The newest operation's id.
    async fn newest(&self) -> String {
        let list = self.run("operations --json --source journal").await.expect(0).json();
        list["operations"][0]["id"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned()
    }
}

async fn ran(mut command: Command) -> Ran {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_comes_word_by_word_and_is_seen_to_be_done() {
    let desk = Desk::new().await;
    desk.configure("undocumented_commands = true\n");
    let attach = format!("addons attach {SEARCH} --app empty --as SEARCH --confirm {SEARCH}");
    desk.run(&attach).await.expect(0);
    desk.run(&format!("backups capture {ORDERS} --confirm {ORDERS}")).await.expect(0);
    desk.run(&format!("addons upgrade {SEARCH} --plan premium-0 --confirm {SEARCH}")).await.expect(0);
    let made = desk.run("addons create valkey:hobby-0 --app empty --confirm valkey").await.expect(0);
    assert!(made.out.contains("valkey-made-"), "{}", made.out);
    desk.run(&format!("backups restore {ORDERS} {ORDERS}::7 --name orders-again --confirm orders-again"))
        .await
        .expect(0);
    desk.rig.world(|world| crate::stand_ins::World::advance(world, 9));
    desk.run(&format!("addons promote orders-again --from {ORDERS} --confirm orders-again")).await.expect(0);
    desk.run(&format!("addons detach {SEARCH} --app empty --as SEARCH --confirm {SEARCH}")).await.expect(0);
    desk.run(&format!("addons destroy {SEARCH} --detach --confirm {SEARCH}")).await;
    assert_eq!(
        desk.lines()[..7],
        [
            format!("addons|attach|{SEARCH}|--as|SEARCH|--app|empty"),
            format!("addons|backups|capture|{ORDERS}"),
            format!("addons|update|{SEARCH}|--plan|premium-0"),
            "addons|create|valkey:hobby-0|--app|empty".to_owned(),
            format!("addons|restore|{ORDERS}|7|--name|orders-again"),
            "addons|promote|orders-again".to_owned(),
            format!("addons|detach|{SEARCH}|--as|SEARCH|--app|empty"),
        ]
    );
    let apps = desk.rig.world(|world| world.addon("orders-again").map_or(0, |addon| addon.attachments.len()));
    assert_eq!(apps, 2, "both of its apps were moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_in_a_session_of_its_own_with_its_output_for_us_alone_and_without_our_secrets() {
    let desk = Desk::new().await;
    let shown = desk.run(&format!("addons attach {SEARCH} --app empty --confirm {SEARCH}")).await.expect(0);
    let calls = desk.written();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(call["session"], call["pid"], "it leads a session");
    assert_eq!(call["has_input"], false);
    let environment = call["environment"].as_object().unwrap();
    for name in ["WORK_TOKEN", "WATASU_API_KEY", "ATTACHE_HOME", "ATTACHE_PROFILE", "TERM"] {
        assert!(!environment.contains_key(name), "{name}");
    }
    assert!(!call.to_string().contains(TOKEN), "{call}");
    let folder = PathBuf::from(call["folder"].as_str().unwrap());
    assert_eq!(folder.parent(), Some(desk.operations().as_path()));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("watasu-output.txt"))), (0o700, 0o600));
    let journal = desk.operations().join(folder.file_stem().unwrap()).with_extension("jsonl");
    let journal = std::fs::read_to_string(journal).unwrap();
    assert!(journal.contains(&format!("\"pid\":{}", call["pid"])), "{journal}");
    for text in [&journal, &shown.out, &shown.err] {
        assert!(!text.contains(TOKEN), "{text}");
    }
    // What lists operations sees one, and not its folder.
    let list = desk.run("operations --json --source journal").await.expect(0).json();
    assert_eq!(list["operations"].as_array().unwrap().len(), 1, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_shell_reads_anything_and_what_reads_like_an_option_is_refused() {
    let desk = Desk::new().await;
    let mark = desk.home.path().join("mark");
    let evil = format!("hobby-0;touch${{IFS}}{0}$(touch {0})`touch {0}`", mark.display());
    let spec = format!("valkey:{evil}");
    let made = ran(desk.command_of(["addons", "create", &spec, "--app", "empty", "--confirm", "valkey"])).await;
    assert!(made.code == 2 && made.err.contains("is not SERVICE or SERVICE:PLAN"), "no plan is called so: {made:?}");
    let alias = format!("A;touch${{IFS}}{}", mark.display());
    let attached =
        ran(desk.command_of(["addons", "attach", SEARCH, "--app", "empty", "--as", &alias, "--confirm", SEARCH])).await;
    assert!(attached.code != 0 && attached.err.contains("is not an alias"), "{attached:?}");
    assert!(!mark.exists());
    let refused =
        ran(desk.command_of(["addons", "create", "valkey:-x", "--app", "empty", "--confirm", "valkey"])).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(desk.written().is_empty(), "the program was not even started");
}

/// Sends an attach, which the program carries out only once the gate is there, and kills our verb meanwhile.
async fn broken_off(desk: &Desk, mut knobs: Value) -> (String, PathBuf, u32) {
    let gate = desk.home.path().join("gate");
    knobs["waits_for"] = json!(gate);
    desk.misbehave(json!({"write": knobs}));
    let mut verb = desk.command(&format!("addons attach {SEARCH} --app empty --confirm {SEARCH}"));
    let mut verb = verb.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let journaled = || {
        let files = std::fs::read_dir(desk.operations()).into_iter().flatten().flatten();
        files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
            .any(|path| std::fs::read_to_string(path).is_ok_and(|text| text.contains("\"started\"")))
    };
    eventually("the program is on record", async || journaled() && !desk.written().is_empty()).await;
    verb.kill().unwrap();
    verb.wait().unwrap();
    let pid = u32::try_from(desk.written()[0]["pid"].as_u64().unwrap()).unwrap();
    (desk.newest().await, gate, pid)
}

fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_survives_our_end_and_is_found_again_and_then_told_by_what_there_is() {
    let desk = Desk::new().await;
    let (id, gate, pid) = broken_off(&desk, json!({})).await;
    assert!(is_running(pid), "our end is not its end");
    // While it lives it is under way, although nothing is to be seen of it for long.
    desk.age(&id);
    let waited = desk.run(&format!("operations wait {id} --timeout 0")).await.expect(4);
    assert!(waited.err.contains("under way"), "{}", waited.err);
    std::fs::write(&gate, "").unwrap();
    eventually("the program ends", async || !is_running(pid)).await;
    desk.run(&format!("operations wait {id}")).await.expect(0);
    assert_eq!(desk.written().len(), 1, "it was sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_killed_and_did_nothing_is_not_called_done() {
    let desk = Desk::new().await;
    let (id, _, pid) = broken_off(&desk, json!({})).await;
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL).unwrap();
    eventually("the program ends", async || !is_running(pid)).await;
    let waited = desk.run(&format!("operations wait {id}")).await.expect(5);
    assert!(waited.err.contains("has ended") && waited.err.contains("was not attached"), "{}", waited.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_it_ends_proves_nothing_either_way() {
    let desk = Desk::new().await;
    desk.misbehave(json!({"write": {"exit": 1}}));
    let failed = desk.run(&format!("addons attach {SEARCH} --app empty --confirm {SEARCH}")).await.expect(5);
    assert!(failed.err.contains("exit code 1, which does not tell"), "{}", failed.err);
    let id = desk.newest().await;
    desk.run(&format!("operations wait {id}")).await.expect(0);
    desk.misbehave(json!({"write": {"killed": true}}));
    let killed = desk.run(&format!("backups capture {ORDERS} --confirm {ORDERS}")).await.expect(5);
    assert!(killed.err.contains("signal 9"), "{}", killed.err);
    desk.misbehave(json!({"write": {"acts": 0}}));
    let well = desk.run(&format!("addons attach {SEARCH} --app empty --as OTHER --confirm {SEARCH}")).await.expect(5);
    assert!(well.err.contains("has ended") && well.err.contains("was not attached"), "{}", well.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_new_ones_nobody_can_tell_unless_it_named_one() {
    let desk = Desk::new().await;
    let create = "addons create valkey --app empty --confirm valkey";
    desk.misbehave(json!({"write": {"acts": 2, "names": false}}));
    let two = desk.run(create).await.expect(5);
    assert!(two.err.contains("nothing tells which one is ours"), "{}", two.err);
    let newest = desk.rig.world(|world| world.addons.last().unwrap().id);
    desk.misbehave(
        json!({"write": {"acts": 2, "names": false, "prints": format!("made valkey-made-{:04}", newest + 1)}}),
    );
    let named = desk.run(create).await.expect(0);
    assert!(named.out.contains(&format!("valkey-made-{:04}", newest + 1)), "{}", named.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_as_somebody_else() {
    let desk = Desk::new().await;
    let attach = format!("addons attach {SEARCH} --app empty --confirm {SEARCH}");
    for (whoami, words) in [
        (json!({"prints": "bob@example.test"}), ["bob@example.test", "ada@example.test"]),
        (json!({"prints": "You are you."}), ["can't be told", "ada@example.test"]),
        (json!({"exit": 1, "prints": "token=hunter2 has expired"}), ["exit code 1", "has expired"]),
    ] {
        desk.misbehave(json!({"whoami": whoami}));
        let refused = desk.run(&attach).await;
        assert!(refused.code != 0 && words.iter().all(|word| refused.err.contains(word)), "{refused:?}");
        assert!(!refused.err.contains("hunter2"), "{refused:?}");
    }
    let mut nowhere = desk.command(&attach);
    nowhere.env("PATH", "relative:/nowhere");
    let refused = ran(nowhere).await;
    assert!(refused.code != 0 && refused.err.contains("not on PATH"), "{refused:?}");
    assert_eq!(desk.lines(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_text_shows_is_sent_only_by_who_has_asked_for_it() {
    let desk = Desk::new().await;
    for line in [
        format!("addons detach {SEARCH} --app reports --confirm {SEARCH}"),
        format!("addons destroy {SEARCH} --confirm {SEARCH}"),
    ] {
        let refused = desk.run(&line).await;
        assert!(refused.code != 0 && refused.err.contains("No text of Watasu"), "{refused:?}");
        assert!(refused.err.contains("undocumented_commands = true"), "{refused:?}");
    }
    assert_eq!(desk.lines(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_is_shown_without_secrets_and_steers_no_terminal() {
    let desk = Desk::new().await;
    let said = format!("\u{1b}[31mno: postgres://u:hunter2@h/x {TOKEN} PGPASSWORD=hunter2\u{7}");
    desk.misbehave(json!({"write": {"exit": 3, "acts": 0, "prints": said}}));
    let failed = desk.run(&format!("addons attach {SEARCH} --app empty --confirm {SEARCH}")).await.expect(5);
    assert!(failed.err.contains("postgres://…@h/x $TOKEN PGPASSWORD=…"), "{}", failed.err);
    let id = desk.newest().await;
    let journal = std::fs::read_to_string(desk.operations().join(id).with_extension("jsonl")).unwrap();
    for text in [&failed.err, &failed.out, &journal] {
        assert!(!text.contains("hunter2") && !text.contains(TOKEN) && !text.contains('\u{1b}'), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_listed_and_downloaded_by_it() {
    let desk = Desk::new().await;
    let listed = desk.run(&format!("backups list {ORDERS} --json")).await.expect(0).json();
    let ids: Vec<&str> = listed["backups"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [9, 8, 7].map(|id| format!("{ORDERS}::{id}")));
    desk.misbehave(json!({"backups": {"exit_of_json": 2}}));
    let again = desk.run(&format!("backups list {ORDERS} --json")).await.expect(0).json();
    assert_eq!(again["backups"], listed["backups"], "whether it takes --json is not documented");
}
