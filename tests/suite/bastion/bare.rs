//! One file is the whole program: nothing of ours is read at run time.

use super::{Outpost, below, ran};
use crate::support::pty;

/// Everything that is shipped inside the program, on a machine where there is nothing else of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_needs_no_file_beside_it() {
    let outpost = Outpost::new().await;
    let bin = outpost.make("bin");
    let (alone, empty) = (bin.join("attache"), outpost.make("empty"));
    std::fs::copy(env!("CARGO_BIN_EXE_attache"), &alone).unwrap();
    let run = |words: &[String]| {
        let mut command = std::process::Command::new(&alone);
        command.args(words).env_clear().env("ATTACHE_TOKEN", super::TOKEN).env("HOME", &empty).current_dir(&empty);
        ran(&mut command)
    };
    let help = run(&["--help".to_owned()]).expect(0);
    assert!(help.out.contains("--state-dir <DIR>") && help.out.contains("--ca-file <FILE>"), "{}", help.out);
    let listed = run(&outpost.words("addons --json")).expect(0).json();
    assert!(!listed["addons"].as_array().unwrap().is_empty(), "{listed}");
    run(&["profiles".to_owned()]).expect(0);
    assert!(below(&empty).is_empty(), "reading leaves nothing behind: {:?}", below(&empty));
    let mut command = pty::command(alone.to_str().unwrap());
    command.env_clear();
    command.args(outpost.words("--color always"));
    command.env("ATTACHE_TOKEN", super::TOKEN);
    command.env("HOME", &empty);
    command.env("TERM", "no-such-terminal");
    command.env("TZ", "Europe/Berlin");
    command.env("LANG", "no_SUCH.locale");
    command.cwd(&empty);
    let mut screen = pty::Pty::start(command, 120, 40);
    screen.wait_for("live");
    screen.send("q");
    assert_eq!(screen.wait_exit().exit_code(), 0);
}
