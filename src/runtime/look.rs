//! Colour and glyphs, decided by ourselves: nothing below us looks at the locale, `TERM` or `NO_COLOR` rightly.

use std::ffi::OsString;

use super::kind::Kind;
use crate::app::Look;

/// What was asked for with `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Colour unless the environment says otherwise.
    #[default]
    Auto,
    /// Colour, whatever the environment says.
    Always,
    /// No colour.
    Never,
}

impl Look {
    /// Decides from the flags and the environment.
    ///
    /// `NO_COLOR` (set and not empty) and a `TERM` without colours, or none, switch colour off; a `TERM` without our signs, or
    /// none, and a locale that is not UTF-8 switch to ASCII. A flag beats the environment.
    pub fn decide(color: ColorChoice, ascii: bool, env: impl Fn(&str) -> Option<OsString>) -> Self {
        let filled = |name: &str| env(name).filter(|value| !value.is_empty());
        let kind = Kind::from_env(&env);
        let color = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => kind.has_color && filled("NO_COLOR").is_none(),
        };
        // The first that is set decides, as setlocale(3) has it; none of them means the C locale.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(filled).unwrap_or_default();
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        let utf8 = locale.contains("utf-8") || locale.contains("utf8");
        Self { color, unicode: utf8 && kind.has_signs && !ascii }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(color: ColorChoice, ascii: bool, env: &[(&str, &str)]) -> (bool, bool) {
        let look = Look::decide(color, ascii, |name| {
            let set = env.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
            set.or_else(|| (name == "TERM").then(|| "xterm".into()))
        });
        (look.color, look.unicode)
    }

    #[test]
    fn environment_decides_unless_a_flag_does() {
        let utf8 = ("LANG", "en_US.UTF-8");
        assert_eq!(look(ColorChoice::Auto, false, &[utf8]), (true, true));
        assert_eq!(look(ColorChoice::Auto, false, &[("LC_ALL", "C.utf8")]), (true, true));
        assert_eq!(look(ColorChoice::Auto, false, &[]), (true, false));
        assert_eq!(look(ColorChoice::Auto, false, &[("LC_ALL", "C"), utf8]), (true, false));
        assert_eq!(look(ColorChoice::Auto, false, &[("LC_ALL", ""), utf8]), (true, true));
        assert_eq!(look(ColorChoice::Auto, true, &[utf8]), (true, false));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("NO_COLOR", "1")]), (false, true));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("NO_COLOR", "")]), (true, true));
        assert_eq!(look(ColorChoice::Always, false, &[utf8, ("NO_COLOR", "1")]), (true, true));
        assert_eq!(look(ColorChoice::Never, false, &[utf8]), (false, true));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("TERM", "dumb")]), (false, false));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("TERM", "")]), (false, false));
        assert_eq!(look(ColorChoice::Always, false, &[utf8, ("TERM", "")]), (true, false));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("TERM", "linux")]), (true, false));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("TERM", "vt100")]), (false, false));
        assert_eq!(look(ColorChoice::Auto, false, &[utf8, ("TERM", "xterm-mono")]), (false, true));
    }
}
