//! What something costs: user and system time, never the time on the wall, which is the neighbours' as well.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::Outcome;

/// User and system time of this program.
pub(crate) fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Does it `calls` times in each of `passes`, and says in milliseconds what one call took in each; the first pass, which
/// finds nothing in its place, is left out unless there is only one.
pub(crate) fn measured(
    passes: usize,
    calls: u32,
    mut what: impl FnMut() -> Outcome<usize>,
) -> Outcome<Vec<f64>> {
    let mut times = Vec::with_capacity(passes);
    for _ in 0..passes {
        let before = processor_time();
        for _ in 0..calls {
            std::hint::black_box(what()?);
        }
        times.push((processor_time() - before).as_secs_f64() * 1e3 / f64::from(calls));
    }
    if times.len() > 1 {
        times.remove(0);
    }
    Ok(times)
}

/// The middle of the values, and a quarter of them below and above: `None` without any.
pub(crate) fn quartiles(mut values: Vec<f64>) -> Option<[f64; 3]> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |part: usize| values.get((last * part + 2) / 4).copied();
    Some([at(1)?, median(&values)?, at(3)?])
}

/// The middle of sorted values.
fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some((lower + upper) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(quartiles(vec![4.0, 1.0, 3.0, 2.0]), Some([2.0, 2.5, 3.0]));
        assert_eq!(quartiles(vec![7.0]), Some([7.0, 7.0, 7.0]));
        assert_eq!(quartiles(Vec::new()), None);
    }

    #[test]
    fn the_first_pass_is_left_out() {
        let mut passes = 0;
        let times = measured(4, 2, || {
            passes += 1;
            Ok(passes)
        });
        assert_eq!((times.unwrap().len(), passes), (3, 8));
    }
}
