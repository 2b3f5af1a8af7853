//! A table that builds the rows that are seen, and no others.
//!
//! The row under the cursor is marked by a `>` and by reverse on its first column alone, so that a move repaints two names.

use ratatui::layout::Rect;

use crate::view::canvas::{Canvas, Line};
use crate::view::text;
use crate::view::theme::Role;

/// Where a cell that is too long loses its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// At its end.
    End,
    /// In its middle: names that share a start differ at the end.
    Middle,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its header.
    pub(crate) title: &'static str,
    /// With less than this, or than its rows fill, it is left out.
    pub(crate) min: usize,
    /// Whether it has that width also where its rows fill less, so that from one table to the next nothing moves.
    pub(crate) is_steady: bool,
    /// With more it does not get better.
    pub(crate) ideal: usize,
    /// The columns of the highest numbers are left out first; 0 stays.
    pub(crate) priority: u8,
    /// The columns of the lowest numbers get what is left over first.
    pub(crate) grow: u8,
    /// How its cells are cut.
    pub(crate) cut: Cut,
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// What it says.
    pub(crate) text: String,
    /// What that means.
    pub(crate) role: Role,
    /// What it says where there is no room for all of it; else it is cut.
    pub(crate) short: Option<String>,
}

impl Cell {
    /// A cell of ordinary text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::of(Role::Text, text)
    }

    /// A cell with a meaning.
    pub(crate) fn of(role: Role, text: impl Into<String>) -> Self {
        Self { text: text.into(), role, short: None }
    }
}

/// One row: as many cells as the table has columns.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its cells.
    pub(crate) cells: Vec<Cell>,
    /// Whether it was marked by hand.
    pub(crate) is_marked: bool,
}

/// Which rows of a long list are seen: the first one's place, and how many. It follows from the cursor alone, page by page with
/// one row of the neighbouring pages at both ends, so that a cursor move within a page scrolls nothing.
pub(crate) fn window(total: usize, cursor: Option<usize>, height: usize) -> std::ops::Range<usize> {
    if total <= height || height == 0 {
        return 0..total.min(height);
    }
    let step = height.saturating_sub(2).max(1);
    let cursor = cursor.unwrap_or(0).min(total - 1);
    let page = if height < 3 { cursor / height * height } else { cursor.saturating_sub(1) / step * step };
    let start = page.min(total - height);
    start..start + height
}

/// Between two columns.
const GAP: usize = 1;

/// A table.
pub(crate) struct Table<'a> {
    /// Its columns, from left to right.
    pub(crate) columns: &'a [Column],
    /// How many rows there are in all.
    pub(crate) total: usize,
    /// Which of them is under the cursor.
    pub(crate) cursor: Option<usize>,
    /// Whether keys move this cursor; else only the `>` is shown.
    pub(crate) has_focus: bool,
}

impl Table<'_> {
    /// The widths of the columns in `room` columns; 0 for those left out. `content` is what the rows that are seen would fill.
    fn widths(&self, room: usize, content: &[usize]) -> Vec<usize> {
        let wanted: Vec<usize> = self
            .columns
            .iter()
            .zip(content)
            .map(|(column, content)| (*content).clamp(column.title.len().min(column.ideal), column.ideal))
            .collect();
        let least: Vec<usize> = self
            .columns
            .iter()
            .zip(&wanted)
            .map(|(column, wanted)| if column.is_steady { column.min } else { column.min.min(*wanted) })
            .collect();
        let mut kept: Vec<bool> = vec![true; self.columns.len()];
        let needed = |kept: &[bool]| -> usize {
            let widths = least.iter().zip(kept).filter(|(_, kept)| **kept).map(|(least, _)| least + GAP);
            widths.sum::<usize>().saturating_sub(GAP)
        };
        while needed(&kept) > room {
            let spared = self.columns.iter().enumerate().filter(|(at, column)| kept[*at] && column.priority > 0);
            let Some((at, _)) = spared.max_by_key(|(_, column)| column.priority) else { break };
            kept[at] = false;
        }
        let mut widths: Vec<usize> =
            least.iter().zip(&kept).map(|(least, kept)| if *kept { *least } else { 0 }).collect();
        let mut spare = room.saturating_sub(needed(&kept));
        let mut order: Vec<usize> = (0..widths.len()).filter(|at| widths[*at] > 0).collect();
        order.sort_by_key(|at| self.columns[*at].grow);
        for at in order {
            let more = spare.min(wanted[at].saturating_sub(widths[at]));
            widths[at] += more;
            spare -= more;
        }
        if let Some(first) = widths.first_mut() {
            *first = (*first).min(room);
        }
        widths
    }

    /// Draws header and rows; `row` is asked for the rows that are seen.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, mut row: impl FnMut(usize) -> Row) {
        const MARKER: u16 = 2;
        if area.height == 0 || area.width <= MARKER {
            return;
        }
        let glyphs = canvas.glyphs();
        let seen = window(self.total, self.cursor, usize::from(area.height - 1));
        let rows: Vec<(usize, Row)> = seen.map(|index| (index, row(index))).collect();
        let mut content = vec![0; self.columns.len()];
        for (_, row) in &rows {
            for (widest, cell) in content.iter_mut().zip(&row.cells) {
                *widest = text::width(&text::clean(&cell.text, glyphs)).max(*widest);
            }
        }
        let widths = self.widths(usize::from(area.width - MARKER), &content);
        let mut header = Line::new();
        for (column, width) in self.columns.iter().zip(&widths) {
            if *width > 0 {
                header =
                    header.add(Role::Header, text::pad(&text::cut(column.title, *width, canvas.glyphs()), width + GAP));
            }
        }
        let inner = Rect { x: area.x + MARKER, width: area.width - MARKER, ..area };
        canvas.line(inner, 0, &header.trim_end());
        for (line, (index, row)) in (1u16..).zip(rows) {
            let is_current = self.cursor == Some(index);
            let y = area.y.saturating_add(line);
            // Marker, gap and name are one run, so that the cursor costs one position and one change of style.
            let name_role = if is_current && self.has_focus { Role::Selected } else { Role::Text };
            match (is_current, row.is_marked) {
                (true, true) => canvas.put(area, area.x, y, name_role, &format!("{}{}", glyphs.cursor, glyphs.mark)),
                (true, false) => canvas.put(area, area.x, y, name_role, &format!("{} ", glyphs.cursor)),
                (false, true) => canvas.put(area, area.x.saturating_add(1), y, Role::Strong, glyphs.mark),
                (false, false) => area.x,
            };
            let mut x = inner.x;
            for (at, (cell, width)) in row.cells.iter().zip(&widths).enumerate() {
                if *width == 0 {
                    continue;
                }
                let mut clean = text::clean(&cell.text, glyphs);
                if let Some(short) = cell.short.as_ref().filter(|_| text::width(&clean) > *width) {
                    clean = text::clean(short, glyphs);
                }
                let shown = match self.columns[at].cut {
                    Cut::End => text::cut(&clean, *width, glyphs),
                    Cut::Middle => text::cut_middle(&clean, *width, glyphs),
                };
                let role = if at == 0 && is_current { name_role } else { cell.role };
                canvas.put(inner, x, y, role, &shown);
                x = x.saturating_add(u16::try_from(width + GAP).unwrap_or(u16::MAX));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_always_within_the_window_and_moving_within_a_page_scrolls_nothing() {
        for total in 0..40 {
            for height in 0..12 {
                let mut starts = Vec::new();
                for cursor in 0..total {
                    let seen = window(total, Some(cursor), height);
                    assert!(seen.end <= total && seen.len() == total.min(height), "{total} {cursor} {height}");
                    assert!(height == 0 || seen.contains(&cursor), "{total} {cursor} {height}: {seen:?}");
                    starts.push(seen.start);
                }
                starts.dedup();
                assert!(height < 3 || starts.len() <= total / (height - 2) + 1, "{total} {height}: {starts:?}");
            }
        }
    }

    #[test]
    fn the_least_important_columns_go_first() {
        let column = |title, min, ideal, priority, grow| Column {
            title,
            min,
            is_steady: false,
            ideal,
            priority,
            grow,
            cut: Cut::End,
        };
        let columns = [column("NAME", 8, 20, 0, 0), column("PLAN", 6, 10, 2, 2), column("STATE", 8, 12, 1, 1)];
        let table = Table { columns: &columns, total: 0, cursor: None, has_focus: true };
        assert_eq!(table.widths(100, &[99, 99, 99]), [20, 10, 12]);
        assert_eq!(table.widths(24, &[99, 99, 99]), [8, 6, 8]);
        assert_eq!(table.widths(23, &[99, 99, 99]), [14, 0, 8]);
        assert_eq!(table.widths(39, &[99, 99, 99]), [20, 6, 11]);
        assert_eq!(table.widths(10, &[99, 99, 99]), [10, 0, 0]);
        assert_eq!(table.widths(3, &[99, 99, 99]), [3, 0, 0]);
        assert_eq!(table.widths(100, &[9, 99, 0]), [9, 10, 5], "nothing gets more than its rows and its title fill");
        assert_eq!(table.widths(17, &[6, 4, 5]), [6, 4, 5], "what fits as it is stays");
    }
}
