//! Where things go at each size. All arithmetic saturates: any size from 0×0 up has a layout.

use ratatui::layout::Rect;

use crate::app::Breakpoint;

/// The areas of the main screen. An area without height is not shown at this size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Areas {
    /// Profile, danger, freshness.
    pub(crate) status: Rect,
    /// The list of add-ons.
    pub(crate) addons: Rect,
    /// Which apps the selected one is attached to.
    pub(crate) attachments: Rect,
    /// What is happening to it.
    pub(crate) timeline: Rect,
    /// What it may use.
    pub(crate) plan: Rect,
    /// Its copies.
    pub(crate) backups: Rect,
    /// Commands on their way.
    pub(crate) operations: Rect,
    /// What changed lately.
    pub(crate) activity: Rect,
    /// The one detail pane of the smaller sizes.
    pub(crate) detail: Rect,
    /// The filter, or what the last key came to.
    pub(crate) message: Rect,
    /// The keys.
    pub(crate) keys: Rect,
}

/// Takes `height` rows from the top; returns them and the rest.
fn split_top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y.saturating_add(height), height: area.height - height, ..area })
}

/// Takes `height` rows from the bottom; returns the rest and them.
fn split_bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    split_top(area, area.height - height)
}

/// Takes `width` columns from the left and leaves `gap` blank ones; returns them and the rest.
fn split_left(area: Rect, width: u16, gap: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    let skip = width.saturating_add(gap).min(area.width);
    (Rect { width, ..area }, Rect { x: area.x.saturating_add(skip), width: area.width - skip, ..area })
}

/// The main screen's areas. `shows_detail` matters at the narrow size only: the detail instead of the list.
pub(crate) fn arrange(area: Rect, shows_detail: bool) -> Areas {
    let step = Breakpoint::of(area.width, area.height);
    if area.is_empty() || step == Breakpoint::Floor {
        return Areas::default();
    }
    let (status, rest) = split_top(area, 1);
    let (rest, keys) = split_bottom(rest, 1);
    let (body, message) = split_bottom(rest, 1);
    let base = Areas { status, keys, message, ..Areas::default() };
    match step {
        Breakpoint::Wide => wide(body, base),
        Breakpoint::Medium => {
            let (addons, detail) = split_top(body, body.height.saturating_mul(11) / 21);
            Areas { addons, detail, ..base }
        }
        _ if shows_detail => Areas { detail: body, ..base },
        _ => Areas { addons: body, ..base },
    }
}

/// The areas of a screen that one list takes for itself: it is in the place of the add-ons at every size.
pub(crate) fn whole(area: Rect) -> Areas {
    let (status, rest) = split_top(area, 1);
    let (rest, keys) = split_bottom(rest, 1);
    let (addons, message) = split_bottom(rest, 1);
    Areas { status, addons, message, keys, ..Areas::default() }
}

fn wide(body: Rect, base: Areas) -> Areas {
    let (above, below) = split_bottom(body, (body.height / 5).clamp(4, 9));
    // The list is what is read; beside it a step of a timeline with its time must fit.
    const TIMELINE: u16 = 38;
    let left_width = (body.width.saturating_mul(41) / 60).min(body.width.saturating_sub(TIMELINE));
    let (left, right) = split_left(above, left_width, 2);
    let (operations, activity) = split_left(below, left_width, 2);
    let (addons, attachments) = split_top(left, left.height.saturating_mul(13) / 20);
    let (timeline, rest) = split_top(right, right.height.saturating_mul(9) / 20);
    let (plan, backups) = split_top(rest, rest.height.saturating_mul(11) / 20);
    Areas { addons, attachments, timeline, plan, backups, operations, activity, ..base }
}

/// Whether modals float above the panes instead of covering them.
pub(crate) fn floats(screen: Rect) -> bool {
    Breakpoint::of(screen.width, screen.height) == Breakpoint::Wide
}

/// Where a modal goes: centred and as large as its content wants on a wide screen, else all between the status line and the last
/// two rows, which say what happened and which keys there are.
pub(crate) fn modal(area: Rect, wanted_width: u16, wanted_height: u16) -> Rect {
    if !floats(area) {
        return split_bottom(split_top(area, 1).1, 2).0;
    }
    let width = wanted_width.min(area.width.saturating_sub(8));
    let height = wanted_height.min(area.height.saturating_sub(5));
    Rect {
        x: area.x.saturating_add((area.width - width) / 2),
        // The upper edge stays where it is while what is in the modal grows and shrinks, unless there is no room for that.
        y: area.y.saturating_add((area.height / 6).min((area.height - height) / 2).max(1)),
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_never_overlap_nor_leave_the_screen() {
        for width in 0..=200 {
            for height in 0..=60 {
                let area = Rect::new(0, 0, width, height);
                for shows_detail in [false, true] {
                    let a = arrange(area, shows_detail);
                    let all = [
                        a.status,
                        a.addons,
                        a.attachments,
                        a.timeline,
                        a.plan,
                        a.backups,
                        a.operations,
                        a.activity,
                        a.detail,
                        a.message,
                        a.keys,
                    ];
                    for (index, one) in all.iter().enumerate() {
                        assert_eq!(one.intersection(area), *one, "{width}×{height}");
                        for other in &all[index + 1..] {
                            assert!(one.intersection(*other).is_empty(), "{width}×{height}: {one:?} {other:?}");
                        }
                    }
                }
                let modal = modal(area, 90, 30);
                assert_eq!(modal.intersection(area), modal, "{width}×{height}");
            }
        }
    }
}
