//! `attache addons usage …`

use serde_json::json;

use crate::model::{Figure, Known, Usage, limit_value};
use crate::verbs::{Context, Failure, find, json as document, output};

pub(super) async fn run(name: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let addon = find::addon(reader.as_ref(), name).await?;
    let usage = reader.usage(&addon.key.id).await?;
    if as_json {
        return Ok(output::json(&json!({"addon": addon.name, "usage": document::usage(&usage)}))?);
    }
    if usage.figures.is_empty() {
        output::note(&format!("Nothing is counted of {}.", addon.name));
        return Ok(());
    }
    table(&usage)?;
    for figure in &usage.figures {
        if let Known::Unknown(why) = &figure.value {
            output::note(&format!("{}: {why}", figure.name));
        }
    }
    Ok(())
}

/// One row for each figure; what is only measured is told apart from what is enforced.
pub(super) fn table(usage: &Usage) -> std::io::Result<()> {
    let rows: Vec<Vec<String>> = usage.figures.iter().map(row).collect();
    output::table(&["WHAT", "USED", "LIMIT", "THE LIMIT IS"], &rows)
}

fn row(figure: &Figure) -> Vec<String> {
    let used = figure.value.get().map_or_else(|| "unknown".to_owned(), |value| limit_value(*value, &figure.unit));
    let limit = figure.limit.map_or_else(|| "-".to_owned(), |limit| limit_value(limit, &figure.unit));
    let kind = match (&figure.limit, &figure.enforced_by) {
        (None, _) => "-".to_owned(),
        (Some(_), Some(by)) => format!("enforced by {by}"),
        (Some(_), None) => "measured, not enforced".to_owned(),
    };
    vec![figure.name.clone(), used, limit, kind]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enforced_measured_unlimited_and_unknown_are_told_apart() {
        let figure = |value, limit, by: Option<&str>| {
            row(&Figure { name: "x".into(), value, unit: "bytes".into(), limit, enforced_by: by.map(str::to_owned) })
        };
        assert_eq!(
            figure(Known::Is(1024), Some(2048), Some("the role"))[1..],
            ["1 KiB", "2 KiB", "enforced by the role"]
        );
        assert_eq!(figure(Known::Is(0), Some(2048), None)[1..], ["0 B", "2 KiB", "measured, not enforced"]);
        assert_eq!(figure(Known::Unknown("it sleeps".into()), None, None)[1..], ["unknown", "-", "-"]);
    }
}
