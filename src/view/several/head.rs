//! How each profile of the combined list is reached, above its rows: what is in trouble first where there is no room for all.

use super::danger_role;
use crate::app::{Breakpoint, Combined, Source, SourceLink, State};
use crate::view::canvas::Line;
use crate::view::glyphs::Glyphs;
use crate::view::text;
use crate::view::theme::Role;

/// How many lines there are for the profiles.
const fn most(breakpoint: Breakpoint) -> usize {
    match breakpoint {
        Breakpoint::Wide => 8,
        Breakpoint::Medium => 4,
        Breakpoint::Narrow | Breakpoint::Floor => 1,
    }
}

/// One line for each profile, or for those in trouble and one for the others together.
pub(super) fn lines(
    state: &State,
    combined: &Combined,
    breakpoint: Breakpoint,
    width: usize,
    glyphs: &Glyphs,
) -> Vec<Line> {
    let most = most(breakpoint);
    let mut links: Vec<(&Source, SourceLink)> =
        combined.sources.iter().map(|source| (source, state.source_link(source))).collect();
    if links.is_empty() {
        return Vec::new();
    }
    if most == 1 {
        // The title has no room for what it comes to.
        let total = Line::of(Role::Strong, combined.total().price_words(glyphs.at_least));
        return vec![counted(&links).cut(width, glyphs), total.cut(width, glyphs)];
    }
    let widest = links.iter().map(|(source, _)| text::width(&label(source))).max().unwrap_or(0).min(32);
    let mut rest = None;
    if links.len() > most {
        links.sort_by_key(|(_, link)| rank(link));
        let others = links.split_off(most - 1);
        rest = Some(Line::of(Role::Dim, format!("and {} more: ", others.len())).join(counted(&others)));
    }
    let lines = links.iter().map(|(source, link)| line(state, source, link, widest, width, glyphs));
    lines.chain(rest.map(|rest| rest.cut(width, glyphs))).collect()
}

fn label(source: &Source) -> String {
    let place = source.choice.place();
    source.choice.danger_word().map_or_else(|| place.clone(), |word| format!("{word} {place}"))
}

/// What needs a look comes first.
fn rank(link: &SourceLink) -> u8 {
    match link {
        SourceLink::Stale { since: None, .. } => 0,
        SourceLink::Stale { .. } => 1,
        SourceLink::Cached(_) => 2,
        SourceLink::Connecting => 3,
        SourceLink::Closed(_) => 4,
        SourceLink::Live => 5,
    }
}

fn role(link: &SourceLink) -> Role {
    match link {
        SourceLink::Live => Role::Good,
        SourceLink::Connecting => Role::Busy,
        SourceLink::Cached(_) | SourceLink::Closed(_) => Role::Warn,
        SourceLink::Stale { .. } => Role::Bad,
    }
}

/// How many profiles are reached how: `2 live, 1 STALE`.
pub(in crate::view) fn counted(links: &[(&Source, SourceLink)]) -> Line {
    let mut kinds: Vec<(u8, &'static str, Role, usize)> = Vec::new();
    for (_, link) in links {
        match kinds.iter_mut().find(|(_, word, ..)| *word == link.word()) {
            Some((.., count)) => *count += 1,
            None => kinds.push((rank(link), link.word(), role(link), 1)),
        }
    }
    kinds.sort_by_key(|(rank, ..)| *rank);
    let mut line = Line::new();
    for (_, word, role, count) in kinds {
        if !line.is_empty() {
            line = line.add(Role::Dim, ", ");
        }
        line = line.add(role, format!("{count} {word}"));
    }
    line
}

fn line(state: &State, source: &Source, link: &SourceLink, widest: usize, width: usize, glyphs: &Glyphs) -> Line {
    let label = text::cut_middle(&label(source), widest, glyphs);
    let line = Line::of(danger_role(source.choice.danger), text::pad(&label, widest)).add(Role::Text, " ");
    let line = match link {
        SourceLink::Closed(why) => line.add(Role::Warn, "closed").add(Role::Text, format!(": {why}")),
        SourceLink::Connecting => line.add(Role::Busy, "connecting"),
        SourceLink::Cached(at) => line.add(Role::Warn, format!("cached {}", text::day_and_clock(*at))),
        SourceLink::Live => line.add(Role::Good, "live"),
        SourceLink::Stale { since, words, .. } => {
            let since = since.map_or_else(|| "UNREADABLE".to_owned(), |at| format!("STALE since {}", text::clock(at)));
            line.add(Role::Bad, since).add(Role::Text, format!(": {words}"))
        }
    };
    let line = match link {
        SourceLink::Closed(_) | SourceLink::Connecting | SourceLink::Stale { since: None, .. } => line,
        _ => {
            let total = source.total();
            let dot = format!(" {} ", glyphs.dot);
            let line = line.add(Role::Dim, dot.clone()).add(Role::Text, total.count_words());
            if total.addons() > 0 {
                line.add(Role::Dim, dot).add(Role::Text, total.price_words(glyphs.at_least))
            } else {
                line
            }
        }
    };
    let line = match state.source_shrink(source) {
        Some(shrink) => line.add(Role::Warn, format!(", list lost {} of {}, kept", shrink.absent.len(), shrink.of)),
        None => line,
    };
    let line = match link {
        SourceLink::Stale { error, next_try, .. } => {
            let next = next_try.map_or_else(String::new, |at| format!(", next try {}", text::clock(at)));
            line.add(Role::Dim, format!("{next}: {error}"))
        }
        _ => line,
    };
    line.cut(width, glyphs)
}
