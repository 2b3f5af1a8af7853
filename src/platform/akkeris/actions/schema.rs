//! What can be told to an action: an OpenAPI 3 description of one, read as far as it goes.

use serde_json::Value;

use crate::model::{ActionField, printable};

/// The fields of a description's request bodies and parameters.
pub(in super::super) fn fields(schema: &Value) -> Vec<ActionField> {
    let mut fields: Vec<ActionField> = Vec::new();
    let paths = schema.get("paths").and_then(Value::as_object);
    for operation in paths.into_iter().flat_map(|paths| paths.values()).filter_map(Value::as_object) {
        for operation in operation.values() {
            for field in of_body(operation, schema) {
                if fields.iter().all(|known| known.name != field.name) {
                    fields.push(field);
                }
            }
        }
    }
    fields
}

fn of_body(operation: &Value, whole: &Value) -> Vec<ActionField> {
    let body = operation.get("requestBody").map(|body| resolved(body, whole));
    let content = body.and_then(|body| body.get("content")).and_then(Value::as_object);
    let schema = content.and_then(|content| content.values().next()).and_then(|media| media.get("schema"));
    let Some(schema) = schema.map(|schema| resolved(schema, whole)) else { return Vec::new() };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, property)| field(name, resolved(property, whole), required.contains(&name.as_str())))
        .collect()
}

/// What a `$ref` within the same description stands for; one step, which is what descriptions of one action need.
fn resolved<'a>(value: &'a Value, whole: &'a Value) -> &'a Value {
    let to = value.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
    to.and_then(|pointer| whole.pointer(pointer)).unwrap_or(value)
}

fn field(name: &str, property: &Value, is_required: bool) -> ActionField {
    let text = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default();
    let choice = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let choices = property.get("enum").and_then(Value::as_array).into_iter().flatten();
    let lower = name.to_ascii_lowercase();
    ActionField {
        name: printable(name),
        told: printable(text("description")),
        is_required,
        choices: choices.map(choice).map(|choice| printable(&choice)).collect(),
        is_secret: text("format") == "password" || ["pass", "secret", "token"].iter().any(|word| lower.contains(word)),
    }
}
