//! `attache releases --app A`

use serde_json::json;

use super::args::ReleasesArgs;
use super::{Context, Failure, json as document, output};

pub(super) async fn run(args: &ReleasesArgs, context: &Context) -> Result<(), Failure> {
    let releases = context.reader()?.releases(&args.app).await?;
    if args.json {
        let rows: Vec<_> = releases.iter().map(document::release).collect();
        return Ok(output::json(&json!({"app": args.app, "releases": rows}))?);
    }
    if releases.is_empty() {
        output::note(&format!("{} has no releases yet.", args.app));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = releases
        .into_iter()
        .map(|release| {
            vec![
                format!("v{}", release.version),
                release.created_at.map_or_else(|| "unknown".into(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
                release.by.unwrap_or_else(|| "unknown".into()),
                release.description,
            ]
        })
        .collect();
    Ok(output::table(&["RELEASE", "WHEN", "BY", "WHAT"], &rows)?)
}
