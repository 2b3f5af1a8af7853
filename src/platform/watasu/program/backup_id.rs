//! The id of a backup: Watasu tells one by its add-on and a number or word, and every command about it wants both.

use std::fmt;

use crate::model::printable;

/// What stands between the add-on and its backup.
const BETWEEN: &str = "::";

/// A backup of an add-on: `postgresql-lively-0042::7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::platform::watasu) struct BackupId {
    /// The add-on's name.
    pub(in crate::platform::watasu) addon: String,
    /// Watasu's own id.
    pub(in crate::platform::watasu) id: String,
}

impl BackupId {
    /// Of the form in which we show it.
    ///
    /// # Errors
    /// A sentence, when it is none.
    pub(in crate::platform::watasu) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(BETWEEN) {
            Some((addon, id)) if !addon.is_empty() && !id.is_empty() => {
                Ok(Self { addon: addon.to_owned(), id: id.to_owned() })
            }
            _ => Err(format!(
                "{:?} is not the id of a backup on Watasu: it is ADDON{BETWEEN}ID, with the add-on that it was taken of.",
                printable(text)
            )),
        }
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{BETWEEN}{}", self.addon, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_known_by_its_add_on_too() {
        let id = BackupId { addon: "pg-lively-0042".into(), id: "7".into() };
        assert_eq!(id.to_string(), "pg-lively-0042::7");
        assert_eq!(BackupId::parse(&id.to_string()), Ok(id));
        for bad in ["7", "::7", "pg::", ""] {
            assert!(BackupId::parse(bad).is_err(), "{bad}");
        }
    }
}
