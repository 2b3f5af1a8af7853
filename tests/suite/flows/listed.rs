//! The list of guards fits the code: `scripts/prove-guards` takes them away one by one, which takes long; that it still could
//! is seen here.

use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
struct List {
    guard: Vec<Guard>,
}

#[derive(serde::Deserialize)]
struct Guard {
    name: String,
    file: String,
    old: String,
    new: String,
    test: String,
}

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The file of a module of tests; one within another file is in that.
fn file_of(kind: &str, modules: &[&str]) -> PathBuf {
    let root = PathBuf::from(if kind == "lib" { "src" } else { "tests/suite" });
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut modules = modules.to_vec();
    loop {
        let path = root.join(modules.join("/"));
        let found =
            [path.with_extension("rs"), path.join("mod.rs")].into_iter().find(|path| manifest.join(path).exists());
        if let Some(found) = found {
            return found;
        }
        modules.pop().unwrap_or_else(|| panic!("no file for {path:?}"));
    }
}

#[test]
fn every_guard_is_where_the_list_says_and_has_its_test_and_its_row() {
    let list: List = toml::from_str(&read("scripts/guards.toml")).unwrap();
    let table = read("docs/guards.md");
    let mut names = std::collections::HashSet::new();
    for Guard { name, file, old, new, test } in &list.guard {
        assert!(names.insert(name), "{name:?} twice");
        assert_eq!(read(file).matches(old.as_str()).count(), 1, "{name}: how often its text is in {file}");
        assert!(new.contains("MUTANT"), "{name}: nothing switches it off");
        let (kind, path) = test.split_once(' ').unwrap_or_else(|| panic!("{name}: {test:?} is no kind and test"));
        let (modules, function) = path.rsplit_once("::").unwrap_or_else(|| panic!("{name}: {path:?} is no path"));
        let modules: Vec<&str> = modules.split("::").collect();
        let source = file_of(kind, &modules);
        assert!(
            read(&source).contains(&format!("fn {function}(")),
            "{name}: no test {function} in {}",
            source.display()
        );
        let row = format!("| {name} | `{file}` | {kind}: `{path}` |");
        assert!(table.contains(&row), "docs/guards.md lacks the row\n{row}\nscripts/prove-guards --table prints all");
    }
    let rows = table.lines().filter(|line| line.contains("` | lib: `") || line.contains("` | suite: `")).count();
    assert_eq!(rows, list.guard.len(), "docs/guards.md has rows of guards that are in no list");
}
