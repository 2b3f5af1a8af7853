use std::fs;

use super::*;

struct Machine {
    root: tempfile::TempDir,
}

impl Machine {
    fn new(os_release: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/os-release"), os_release).unwrap();
        Self { root }
    }

    fn program(&self, path: &str, says: &str) -> PathBuf {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn postgresql(&self, folder: &str, version: &str) {
        self.program(&format!("{folder}/postgres"), &format!("postgres (PostgreSQL) {version} (Debian {version}-1)"));
        self.program(&format!("{folder}/initdb"), "initdb");
    }

    fn places(&self) -> Places {
        Places {
            root: self.root.path().to_owned(),
            path: self.root.path().join("path").into(),
            postgres_bin: None,
            valkey_server: None,
        }
    }
}

const DEBIAN: &str = "PRETTY_NAME=\"Debian\"\nID=debian\n";

#[test]
fn the_newest_packaged_postgresql_is_taken_by_number() {
    let machine = Machine::new(DEBIAN);
    machine.postgresql("usr/lib/postgresql/9.6/bin", "9.6.24");
    machine.postgresql("usr/lib/postgresql/15/bin", "15.18");
    machine.program("usr/lib/postgresql/17/bin/pg_dump", "a client only");
    let found = machine.places().postgresql().unwrap();
    assert_eq!(found.version, "15.18");
    assert!(found.path.ends_with("usr/lib/postgresql/15/bin/postgres"));
    assert!(found.sibling("initdb").path.ends_with("usr/lib/postgresql/15/bin/initdb"));
}

#[test]
fn a_link_on_path_leads_to_the_folder_with_all_tools() {
    let machine = Machine::new(DEBIAN);
    machine.postgresql("usr/lib/postgresql/15/bin", "15.18");
    machine.postgresql("usr/lib/postgresql/16/bin", "16.2");
    fs::create_dir(machine.root.path().join("path")).unwrap();
    std::os::unix::fs::symlink(
        machine.root.path().join("usr/lib/postgresql/15/bin/postgres"),
        machine.root.path().join("path/postgres"),
    )
    .unwrap();
    let found = machine.places().postgresql().unwrap();
    assert!(found.path.ends_with("usr/lib/postgresql/15/bin/postgres"), "PATH comes before the packages");
}

#[test]
fn an_explicit_folder_is_the_only_one_looked_at() {
    let machine = Machine::new(DEBIAN);
    machine.postgresql("usr/lib/postgresql/15/bin", "15.18");
    machine.postgresql("own", "18.0");
    let mut places = machine.places();
    places.postgres_bin = Some(machine.root.path().join("own"));
    assert_eq!(places.postgresql().unwrap().version, "18.0");
    places.postgres_bin = Some(machine.root.path().join("nowhere"));
    assert!(places.postgresql().unwrap_err().starts_with("ATTACHE_POSTGRES_BIN is "));
}

#[test]
fn an_absent_postgresql_names_the_install_line_of_the_distribution() {
    for (os_release, line) in [
        (DEBIAN, "sudo apt install postgresql"),
        ("ID=pop\nID_LIKE=\"ubuntu debian\"\n", "sudo apt install postgresql"),
        ("ID=fedora\n", "sudo dnf install postgresql-server"),
        ("ID=alpine\n", "sudo apk add postgresql"),
        ("ID=manjaro\nID_LIKE=arch\n", "sudo pacman -S postgresql"),
    ] {
        assert_eq!(
            Machine::new(os_release).places().postgresql().unwrap_err(),
            format!(
                "PostgreSQL server not found (looked on PATH and in /usr/lib/postgresql/*/bin). Install it with: {line}"
            )
        );
    }
    let unknown = Machine::new("ID=plan9\n").places().postgresql().unwrap_err();
    assert!(unknown.ends_with("with your system's package manager: the package with the PostgreSQL server."));
}

#[test]
fn a_client_without_a_server_is_said_to_be_that() {
    let machine = Machine::new(DEBIAN);
    machine.program("path/psql", "psql (PostgreSQL) 15.18");
    assert_eq!(
        machine.places().postgresql().unwrap_err(),
        "Found psql but no server. Install it with: sudo apt install postgresql"
    );
}

#[test]
fn a_server_that_is_a_link_keeps_its_name() {
    let machine = Machine::new(DEBIAN);
    machine.program("usr/bin/redis-check-rdb", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0");
    std::os::unix::fs::symlink("redis-check-rdb", machine.root.path().join("usr/bin/redis-server")).unwrap();
    let found = machine.places().valkey().unwrap();
    assert_eq!((found.version.as_str(), found.called), ("7.0.15", None));
    assert!(found.path.ends_with("usr/bin/redis-server"));
}

#[test]
fn the_checker_alone_is_called_as_the_server() {
    let machine = Machine::new(DEBIAN);
    machine.program("usr/bin/redis-check-rdb", "Redis server v=7.0.15 sha=00000000:0");
    let found = machine.places().valkey().unwrap();
    assert_eq!(found.called, Some("redis-server"));
    assert_eq!(found.process_name(), "redis-check-rdb");
}

#[test]
fn an_explicit_server_must_have_a_name_by_which_it_is_found_again() {
    let machine = Machine::new(DEBIAN);
    let mut places = machine.places();
    places.valkey_server = Some(machine.program("own/redis-server", "Redis server v=7.2.4"));
    assert_eq!(places.valkey().unwrap().version, "7.2.4");
    places.valkey_server = Some(machine.program("own/my-redis", "Redis server v=7.2.4"));
    assert!(places.valkey().unwrap_err().contains("no working server by the name of valkey-server or redis-server"));
}

#[test]
fn an_absent_valkey_names_the_install_line() {
    assert_eq!(
        Machine::new(DEBIAN).places().valkey().unwrap_err(),
        "No valkey-server or redis-server found. Install one with: sudo apt install redis-server"
    );
    assert!(Machine::new("ID=fedora\n").places().valkey().unwrap_err().ends_with("sudo dnf install valkey"));
}

#[test]
fn versions_compare_as_numbers() {
    assert!(numbers("9.6.24") < numbers("15.18"));
    assert!(numbers("15.9") < numbers("15.18"));
    assert!(numbers("18beta1") > numbers("17.2"));
}

#[test]
fn this_machine_has_both_servers() {
    let places = Places::here();
    places.postgresql().unwrap_or_else(|message| panic!("{message}"));
    places.valkey().unwrap_or_else(|message| panic!("{message}"));
}
