//! The few signs that are not letters, in Unicode and in ASCII. No Nerd Font, no braille, nothing that moves.

/// One set of signs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Glyphs {
    /// Whether other characters than ASCII may be printed at all.
    pub(crate) is_ascii: bool,
    /// Marks the row under the cursor, also where reverse can't be shown.
    pub(crate) cursor: &'static str,
    /// Marks a marked row.
    pub(crate) mark: &'static str,
    /// Stands for what was cut.
    pub(crate) ellipsis: &'static str,
    /// What the rules beside titles are made of.
    pub(crate) rule: &'static str,
    /// What the sides of a floating modal are made of.
    pub(crate) side: &'static str,
    /// Between two facts on one line.
    pub(crate) dot: &'static str,
    /// From before to after.
    pub(crate) arrow: &'static str,
    /// In service.
    pub(crate) ready: &'static str,
    /// On its way.
    pub(crate) busy: &'static str,
    /// Not in use, waiting.
    pub(crate) idle: &'static str,
    /// Failed.
    pub(crate) failed: &'static str,
    /// Not known.
    pub(crate) unknown: &'static str,
    /// On its way out, or gone.
    pub(crate) leaving: &'static str,
    /// A step that ended well.
    pub(crate) done: &'static str,
    /// A step that runs.
    pub(crate) live: &'static str,
    /// Something to know.
    pub(crate) note: &'static str,
    /// A day on which there was none.
    pub(crate) gap: &'static str,
    /// A part of what was there.
    pub(crate) shade: &'static str,
    /// One to eight eighths of a full column.
    pub(crate) bars: [&'static str; 8],
    /// Stands before a sum that something may be missing from.
    pub(crate) at_least: &'static str,
    /// No value.
    pub(crate) none: &'static str,
    /// Where the next typed letter goes, drawn where a terminal cursor is not used.
    pub(crate) caret: &'static str,
}

/// For terminals with a UTF-8 locale.
pub(crate) static UNICODE: Glyphs = Glyphs {
    is_ascii: false,
    cursor: ">",
    mark: "*",
    ellipsis: "…",
    rule: "─",
    side: "│",
    dot: "·",
    arrow: "→",
    ready: "●",
    busy: "◐",
    idle: "○",
    failed: "✗",
    unknown: "?",
    leaving: "▾",
    done: "✓",
    live: "▸",
    note: "·",
    gap: "·",
    shade: "░",
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    at_least: "≥",
    none: "–",
    caret: "▏",
};

/// For everything else, and for `--ascii`.
pub(crate) static ASCII: Glyphs = Glyphs {
    is_ascii: true,
    cursor: ">",
    mark: "*",
    ellipsis: "..",
    rule: "-",
    side: "|",
    dot: "|",
    arrow: "->",
    ready: "+",
    busy: "~",
    idle: "o",
    failed: "x",
    unknown: "?",
    leaving: "v",
    done: "+",
    live: ">",
    note: ".",
    gap: ".",
    shade: ":",
    bars: ["_", "_", "_", "=", "=", "=", "#", "#"],
    at_least: ">=",
    none: "-",
    caret: "_",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_one_column_wide_except_those_made_of_two() {
        for glyphs in [&UNICODE, &ASCII] {
            let signs = glyphs.bars.into_iter().chain([
                glyphs.gap,
                glyphs.shade,
                glyphs.cursor,
                glyphs.mark,
                glyphs.rule,
                glyphs.dot,
                glyphs.ready,
                glyphs.busy,
                glyphs.idle,
                glyphs.failed,
                glyphs.unknown,
                glyphs.leaving,
                glyphs.done,
                glyphs.live,
                glyphs.note,
                glyphs.none,
                glyphs.caret,
            ]);
            for sign in signs {
                assert_eq!(unicode_width::UnicodeWidthStr::width(sign), 1, "{sign}");
                assert!(!glyphs.is_ascii || sign.is_ascii(), "{sign}");
                assert!(!sign.chars().any(|c| ('\u{2800}'..='\u{28ff}').contains(&c)), "{sign} is braille");
                assert!(!sign.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)), "{sign} needs a Nerd Font");
            }
        }
    }
}
