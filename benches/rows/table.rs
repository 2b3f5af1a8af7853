//! The medians beside the budgets of the design, for ten thousand add-ons.

use std::io::Write;
use std::path::PathBuf;

/// What is measured, and how many milliseconds it may take; `None` where the design has no figure.
const BUDGETS: [(&str, Option<f64>); 27] = [
    ("frame", Some(2.0)),
    ("cursor key and frame", Some(2.0)),
    ("app by app: cursor key and frame", Some(2.0)),
    ("sort key", None),
    ("filter key, the first", Some(5.0)),
    ("filter key, a later one", Some(5.0)),
    ("filter key, taken back", Some(5.0)),
    ("picker: cursor key and frame", Some(2.0)),
    ("picker: key that looks for some", Some(5.0)),
    ("merge, nothing changed", Some(20.0)),
    ("merge, one changed", None),
    ("merge, all new", None),
    ("loop's share of a poll, unchanged", None),
    ("loop's share of a poll, the same", None),
    ("loop's share of a poll, one changed", None),
    ("read of a v1 list", None),
    ("read of a v1 list, unchanged and without a tag", None),
    ("read of a Heroku list", None),
    ("read of a Heroku list, unchanged and without a tag", None),
    ("cache, loop's share of saving", None),
    ("cache, to the first frame", Some(10.0)),
    ("cache, all of it", None),
    ("combined: frame", Some(2.0)),
    ("combined: cursor key and frame", Some(2.0)),
    ("combined: filter key", Some(5.0)),
    ("combined: sort key", Some(20.0)),
    ("combined: loop's share of a poll, one changed", Some(20.0)),
];

/// Prints what the last run of each came to.
pub(crate) fn print() {
    let root = std::env::var_os("CRITERION_HOME").map_or_else(
        || {
            std::env::var_os("CARGO_TARGET_DIR")
                .map_or_else(|| PathBuf::from("target"), PathBuf::from)
                .join("criterion")
        },
        PathBuf::from,
    );
    let mut lines = Vec::new();
    for (what, budget) in BUDGETS {
        let median = |size: usize| -> Option<f64> {
            // Criterion's own name for a folder.
            let folder = format!("{what}_{size}").replace(['?', '"', '/', '\\', '*', '<', '>', ':', '|', '^'], "_");
            let text = std::fs::read(root.join(folder).join("new/estimates.json")).ok()?;
            let estimates: serde_json::Value = serde_json::from_slice(&text).ok()?;
            estimates["median"]["point_estimate"].as_f64().map(|nanoseconds| nanoseconds / 1e6)
        };
        let shown = |size| median(size).map_or_else(|| "-".to_owned(), |ms| format!("{ms:.3}"));
        let verdict = match (budget, median(10_000)) {
            (Some(budget), Some(ms)) if ms > budget => format!("{budget} ms, MISSED"),
            (Some(budget), _) => format!("{budget} ms"),
            (None, _) => String::new(),
        };
        lines.push(format!(
            "{what:52} {:>9} {:>9} {:>9}  {verdict}",
            shown(super::SIZES[0]),
            shown(super::SIZES[1]),
            shown(super::SIZES[2])
        ));
    }
    // There is nowhere left to say that standard output is closed.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{:52} {:>9} {:>9} {:>9}  budget at 10,000", "medians in ms", 100, "1,000", "10,000");
    let _ = lines.iter().try_for_each(|line| writeln!(out, "{line}"));
}

/// Prints what the rows take.
pub(crate) fn print_resident(resident: &[(usize, f64)]) {
    let mut out = std::io::stdout().lock();
    for (size, megabytes) in resident {
        // There is nowhere left to say that standard output is closed.
        let _ = writeln!(out, "resident more with {size} add-ons, read twice: {megabytes:.1} MB");
    }
}
