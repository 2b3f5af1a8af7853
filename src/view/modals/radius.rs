//! What commands do and what goes on around them, as lines: the worst first, with marks for what may be out of sight.

use crate::store::{Radius, Tone, Words};
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::theme::Role;
use crate::view::widgets::Mark;

/// All of it in lines; each part begins with a mark, counted from `before` lines that stand above.
pub(crate) fn radius_lines(radius: &Radius, glyphs: &Glyphs, before: usize) -> (Vec<Line>, Vec<Mark>) {
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for section in &radius.sections {
        marks.push(Mark { at: before + lines.len(), label: section.part.label(), is_alarming: section.is_alarming });
        if !section.title.is_empty() {
            lines.push(worded(Line::new(), &section.title, glyphs));
        }
        lines.extend(section.lines.iter().map(|said| {
            let indent = Line::text("  ".repeat(said.indent));
            let start = if said.is_bullet { indent.add(Role::Text, format!("{} ", glyphs.note)) } else { indent };
            worded(start, &said.words, glyphs)
        }));
    }
    (lines, marks)
}

fn worded(line: Line, words: &Words, glyphs: &Glyphs) -> Line {
    words.iter().fold(line, |line, (tone, text)| line.add(role(*tone), text.replace('→', glyphs.arrow)))
}

fn role(tone: Tone) -> Role {
    match tone {
        Tone::Text => Role::Text,
        Tone::Strong => Role::Strong,
        Tone::Dim => Role::Dim,
        Tone::Warn => Role::Warn,
        Tone::Bad => Role::Bad,
    }
}

/// Who is hit and what is lost, in one line: as much as fits, what matters most first.
pub(crate) fn summary_line(radius: &Radius, width: usize, glyphs: &Glyphs) -> Line {
    let mut line = Line::new();
    for (tone, fact) in radius.summary() {
        let more = if line.is_empty() {
            Line::of(role(tone), fact)
        } else {
            Line::of(Role::Dim, format!(" {} ", glyphs.dot)).add(role(tone), fact)
        };
        if line.width() + more.width() > width {
            break;
        }
        line = line.join(more);
    }
    line
}
