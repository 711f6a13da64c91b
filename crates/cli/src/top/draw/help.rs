//! What the keys do.

use super::paint::Canvas;
use crate::line::{Line, Paint};
use crate::top::state::Places;

const HELP: &[(&str, &str)] = &[
    ("", "Moving"),
    ("arrows PgUp PgDn", "move; left and right move the command"),
    ("Home End", "the top, where the cursor stays whoever is there; the end"),
    ("/ F3, n", "search; the next one"),
    ("mouse", "a click chooses a row, or a column to sort by; the wheel"),
    ("", "What is shown"),
    ("F4 \\", "filter by words; a|b for either"),
    ("u", "one user's processes"),
    ("Esc", "takes back tags, then the filter, then the user"),
    ("t F5", "the tree; - folds, + unfolds what is under the cursor"),
    ("H, K", "threads; threads of the kernel"),
    ("b", "only those that did something since the last look"),
    ("c", "names instead of command lines"),
    ("f F2", "which columns"),
    ("1, g", "a meter for each CPU; histories instead of meters"),
    ("p Z", "pause"),
    ("d s", "seconds between samples"),
    ("", "Order"),
    ("P M T N", "by CPU, memory, time, pid"),
    ("< > F6", "by another column"),
    ("I R", "the other way round"),
    ("", "One process"),
    ("Enter", "details; Tab: files, sockets, environment, maps, limits"),
    ("l, e", "its files; its environment"),
    ("space, U", "tag, for commands to several; no tags"),
    ("k F9", "send a signal"),
    ("r F7 F8", "nice value"),
    ("i", "rank at the disks"),
    ("a", "CPUs that it may run on"),
    ("", ""),
    ("q F10 Ctrl-C", "quit; Ctrl-Z stops until fg"),
];

/// How many lines there are.
pub(crate) fn lines() -> usize {
    HELP.len()
}

/// Draws them from `top` on.
pub(super) fn draw(canvas: &mut Canvas<'_>, top: usize, places: &Places) {
    let title = Line::new().with(Paint::Strong, "psight top: keys");
    canvas.boxed(0, 0, places.width, places.height, &title);
    let room = places.height.saturating_sub(2);
    for (y, (keys, what)) in HELP.iter().skip(top).take(room).enumerate() {
        let mut line = Line::new();
        if keys.is_empty() {
            line.push(Paint::Accent, what);
        } else {
            line.push(Paint::Strong, keys);
            // Where it is narrow, what they do matters more than how it is aligned.
            line.pad(if places.width < 60 { line.width() + 2 } else { 18 });
            line.push(Paint::Plain, what);
        }
        canvas.line(2, y + 1, places.width.saturating_sub(4), &line);
    }
    let hint =
        if HELP.len() > room { " arrows: more, any other key: back " } else { " any key: back " };
    let y = places.height.saturating_sub(1);
    canvas.line(2, y, places.width.saturating_sub(4), &Line::new().with(Paint::Faint, hint));
}
