//! Config vars: names freely, values only when asked for.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The name of one config var of an app, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigVarName {
    /// The variable's name.
    pub name: String,
    /// The add-on whose attachment gives it; `None` for the app's own.
    pub addon: Option<String>,
}

/// One config var with its value, read because somebody asked for the value.
#[derive(Debug)]
pub struct ConfigVar {
    /// Name and source.
    pub name: ConfigVarName,
    /// The value; it does not print itself.
    pub value: SecretString,
}

/// Which variables an attachment will give to an app, as surely as the platform lets us say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preview {
    /// Exactly these names.
    Names(Vec<String>),
    /// Names of this form, such as `NAME_URL`.
    Pattern(String),
    /// Not known, and why.
    Unknown(String),
}
