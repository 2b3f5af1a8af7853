//! `attache config …`: an app's variables. Values are not even read unless `--reveal` asks for them.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::args::ConfigArgs;
use super::{Context, Failure, output};
use crate::model::{ConfigVarName, shell_quote};

const MASK: &str = "••••••••";

/// A variable, with its value only where it was asked for.
struct Shown {
    name: ConfigVarName,
    value: Option<String>,
}

pub(super) async fn run(args: &ConfigArgs, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let variables: Vec<Shown> = if args.reveal {
        let values = reader.config_vars(&args.app).await?;
        values
            .into_iter()
            .map(|variable| Shown { value: Some(variable.value.expose_secret().to_owned()), name: variable.name })
            .collect()
    } else {
        let names = reader.config_var_names(&args.app).await?;
        names.into_iter().map(|name| Shown { name, value: None }).collect()
    };
    if args.json {
        return Ok(output::json(&document(args, &variables))?);
    }
    for variable in variables.iter().filter(|_| args.names) {
        output::line(&variable.name.name)?;
    }
    for variable in variables.iter().filter(|_| args.shell) {
        output::line(&shell_line(variable))?;
    }
    if args.names || args.shell {
        return Ok(());
    }
    if variables.is_empty() {
        output::note(&format!("{} has no config vars. An add-on that is attached to it brings some.", args.app));
        return Ok(());
    }
    let own = reader.words().naming.of_no_addon();
    let rows: Vec<Vec<String>> = variables
        .into_iter()
        .map(|variable| {
            let source = variable.name.addon.unwrap_or_else(|| own.into());
            vec![variable.name.name, variable.value.unwrap_or_else(|| MASK.into()), source]
        })
        .collect();
    output::table(&["NAME", "VALUE", "FROM"], &rows)?;
    if !args.reveal {
        output::note("Values are masked; --reveal shows them.");
    }
    Ok(())
}

fn document(args: &ConfigArgs, variables: &[Shown]) -> Value {
    let rows: Vec<Value> = variables
        .iter()
        .map(|variable| json!({"name": variable.name.name, "addon": variable.name.addon, "value": variable.value}))
        .collect();
    json!({"app": args.app, "is_masked": !args.reveal, "config_vars": rows})
}

/// A masked value must not become the value of a shell's variable, so the line is a comment then.
fn shell_line(variable: &Shown) -> String {
    match &variable.value {
        Some(value) => format!("export {}={}", variable.name.name, shell_quote(value)),
        None => format!("# export {}={MASK}  (masked; add --reveal)", variable.name.name),
    }
}
