//! Meanings and how they look. The default theme uses the terminal's own colours, five of the eight ANSI ones that stay readable
//! on light and on dark, and attributes. No meaning rests on a colour alone: every status is also a glyph and a word.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means; never what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Text,
    /// Text that matters less: labels, hints, rules.
    Dim,
    /// What must be read first within its surroundings.
    Strong,
    /// The title of a pane.
    Title,
    /// The title of the pane that has the focus.
    Focused,
    /// The column headers of a table.
    Header,
    /// The row under the cursor: its marker and name.
    Selected,
    /// In service, finished.
    Good,
    /// On its way.
    Busy,
    /// Worth a look: stale, unknown, cached.
    Warn,
    /// Failed, lost, destroys.
    Bad,
    /// The badge of a profile where customers would notice.
    Production,
    /// The badge of a profile where colleagues would notice.
    Staging,
    /// A key to press.
    Key,
    /// What a filter matched, or what is being typed.
    Input,
}

/// Whether colours may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Terminal default, ANSI colours, attributes.
    #[default]
    Ansi,
    /// Attributes only: for `NO_COLOR`, `--color=never` and `TERM=dumb`.
    Mono,
}

impl Theme {
    /// How a meaning looks. Yellow, white and black are never used: each vanishes on some background.
    pub(crate) fn style(self, role: Role) -> Style {
        let (color, modifier) = match role {
            Role::Text | Role::Good => (None, Modifier::empty()),
            Role::Dim | Role::Header => (None, Modifier::DIM),
            Role::Strong | Role::Key | Role::Title => (None, Modifier::BOLD),
            Role::Focused => (None, Modifier::BOLD.union(Modifier::REVERSED)),
            Role::Selected => (None, Modifier::REVERSED),
            Role::Busy => (Some(Color::Cyan), Modifier::empty()),
            Role::Warn => (Some(Color::Magenta), Modifier::empty()),
            Role::Bad => (Some(Color::Red), Modifier::BOLD),
            Role::Production => (Some(Color::Red), Modifier::BOLD.union(Modifier::REVERSED)),
            Role::Staging => (Some(Color::Magenta), Modifier::BOLD.union(Modifier::REVERSED)),
            Role::Input => (None, Modifier::UNDERLINED),
        };
        let style = Style::new().add_modifier(modifier);
        match (self, color) {
            (Theme::Ansi, Some(color)) => style.fg(color),
            _ => style,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Role; 15] = [
        Role::Text,
        Role::Dim,
        Role::Strong,
        Role::Title,
        Role::Focused,
        Role::Header,
        Role::Selected,
        Role::Good,
        Role::Busy,
        Role::Warn,
        Role::Bad,
        Role::Production,
        Role::Staging,
        Role::Key,
        Role::Input,
    ];

    #[test]
    fn mono_never_asks_for_a_color() {
        for role in ALL {
            let style = Theme::Mono.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn the_default_theme_is_readable_on_light_and_dark() {
        for role in ALL {
            let style = Theme::Ansi.style(role);
            assert_eq!(style.bg, None, "{role:?} paints a background of its own");
            assert!(
                matches!(style.fg, None | Some(Color::Red | Color::Magenta | Color::Cyan | Color::Blue | Color::Green)),
                "{role:?}"
            );
        }
    }

    #[test]
    fn good_and_bad_are_not_told_apart_by_red_against_green() {
        assert_ne!(Theme::Ansi.style(Role::Good).fg, Some(Color::Green));
        assert!(Theme::Mono.style(Role::Bad) != Theme::Mono.style(Role::Good));
    }
}
