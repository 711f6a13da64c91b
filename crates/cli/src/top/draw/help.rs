//! What the keys do, as it is shown.

use super::paint::Canvas;
use crate::line::{Line, Paint};
use crate::top::state::{HELP, Places};

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
