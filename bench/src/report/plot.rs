//! The results as a drawing: what the table of all processes costs, and how much cheaper psight is than psutil in Python.

use std::fmt::Write as _;

use super::Result;
use crate::cases::{Case, Who};

const WIDTH: f64 = 760.0;
const LEFT: f64 = 210.0;
const ROW: f64 = 20.0;

/// The drawing.
pub(super) fn svg(cases: &[(&'static Case, Vec<Result>)]) -> String {
    let table = cases.iter().find(|(case, _)| case.name == "table");
    let costs: Vec<_> = table
        .iter()
        .flat_map(|(_, results)| results)
        .filter_map(|result| Some((result.name.clone(), result.median()?)))
        .collect();
    let ratios: Vec<_> = cases.iter().filter_map(|(case, results)| ratio(case, results)).collect();
    let mut drawing = Drawing { body: String::new(), bottom: 10.0 };
    drawing.bars("The table of 3,000 processes: user + system time, ms", &costs, |value| value);
    drawing.bars("psutil's time / psight's, both in Python (logarithmic)", &ratios, |value| {
        value.max(1.0).ln()
    });
    let height = drawing.bottom + 10.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{}</svg>\n",
        drawing.body
    )
}

/// psutil's time over ours.
fn ratio(case: &Case, results: &[Result]) -> Option<(String, f64)> {
    let median = |module: &str| {
        let who =
            case.who.iter().find(|who| matches!(who, Who::Python(name) if *name == module))?;
        results.iter().find(|result| result.name == who.name())?.median()
    };
    Some((case.name.to_owned(), median("psutil")? / median("psight")?))
}

struct Drawing {
    body: String,
    bottom: f64,
}

impl Drawing {
    /// A bar for each value, as long as `scale` makes it.
    fn bars(&mut self, title: &str, values: &[(String, f64)], scale: impl Fn(f64) -> f64) {
        let longest =
            values.iter().map(|(_, value)| scale(*value)).fold(f64::MIN_POSITIVE, f64::max);
        self.bottom += 22.0;
        let _ = writeln!(
            self.body,
            "<text x=\"10\" y=\"{:.0}\" font-weight=\"bold\">{}</text>",
            self.bottom,
            escaped(title)
        );
        for (name, value) in values {
            let (top, long) = (self.bottom + 6.0, scale(*value) / longest * (WIDTH - LEFT - 80.0));
            self.bottom += ROW;
            let colour = if name.starts_with("psight") { "#2a7f62" } else { "#9aa5b1" };
            let text = top + 12.0;
            let short: String = name.chars().take(32).collect();
            let _ = writeln!(
                self.body,
                "<text x=\"{:.0}\" y=\"{text:.0}\" text-anchor=\"end\">{}</text>\
                 <rect x=\"{LEFT}\" y=\"{top:.0}\" width=\"{long:.1}\" height=\"14\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{text:.0}\">{}</text>",
                LEFT - 8.0,
                escaped(&short),
                LEFT + long + 6.0,
                if *value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
            );
        }
        self.bottom += 14.0;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
