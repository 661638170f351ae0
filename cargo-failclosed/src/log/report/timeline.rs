//! Decisions over time: bars of one width each, wide enough that they fit.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    super::text::time,
    facts::{Ended, Ends, total},
};

/// As many bars as a page has room for.
const MAX_BARS: u64 = 60;
/// A minute, then five, fifteen, an hour, three, six, twelve, a day, a week.
const FIRST_MS: u64 = 60_000;
const STEPS: [u64; 8] = [5, 3, 4, 3, 2, 2, 2, 7];

#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// By time over width.
    bars: BTreeMap<u64, Ends>,
    /// How often they were made wider.
    steps: usize,
}

impl Timeline {
    pub(super) fn add(&mut self, at_ms: u64, ended: Ended) {
        let bar = self.bars.entry(at_ms / self.width()).or_default();
        bar[ended as usize] += 1;
        while self.span() > MAX_BARS {
            let factor = step(self.steps);
            self.steps += 1;
            let mut wider: BTreeMap<u64, Ends> = BTreeMap::new();
            for (at, ends) in &self.bars {
                let bar = wider.entry(at / factor).or_default();
                bar.iter_mut().zip(ends).for_each(|(sum, more)| *sum += more);
            }
            self.bars = wider;
        }
    }

    /// In milliseconds.
    fn width(&self) -> u64 {
        (0..self.steps).map(step).fold(FIRST_MS, u64::saturating_mul)
    }

    fn first(&self) -> u64 {
        self.bars.keys().next().copied().unwrap_or(0)
    }

    /// From the first to the last, also where there is nothing in between.
    fn span(&self) -> u64 {
        let last = self.bars.keys().next_back().copied().unwrap_or(0);
        (last - self.first()).saturating_add(1)
    }

    /// `15 minutes`.
    pub(super) fn unit(&self) -> String {
        let minutes = self.width() / FIRST_MS;
        let (count, unit) = match minutes {
            0..60 => (minutes, "minute"),
            60..1440 => (minutes / 60, "hour"),
            _ => (minutes / 1440, "day"),
        };
        super::of(unit, count)
    }

    /// The picture. Its numbers are our own; the same are in the tables below it.
    pub(super) fn picture(&self) -> Markup {
        const WIDE: u64 = 900;
        const HIGH: u64 = 200;
        const LEFT: u64 = 44;
        const TOP: u64 = 10;
        let most = self.bars.values().map(total).max().unwrap_or(0).max(1);
        let (span, pitch) = (self.span(), (WIDE - LEFT) as f64 / self.span() as f64);
        let scale = |count: u64| count as f64 * HIGH as f64 / most as f64;
        let foot = (TOP + HIGH) as f64;
        html! {
            svg viewBox=(format!("0 0 {WIDE} {}", TOP + HIGH + 26)) role="img" aria-label="decisions over time" {
                @for part in [0, most.div_ceil(2), most] {
                    @let y = foot - scale(part);
                    line.grid x1=(LEFT) x2=(WIDE) y1=(px(y)) y2=(px(y)) {}
                    text.axis x=(LEFT - 6) y=(px(y + 4.0)) text-anchor="end" { (part) }
                }
                @for (at, ends) in &self.bars {
                    @let x = LEFT as f64 + (at - self.first()) as f64 * pitch;
                    g {
                        title { (time(at.saturating_mul(self.width()))) ": " (said(ends)) }
                        @for (ended, y, high) in stacked(ends, foot, scale) {
                            rect class=(ended.class()) x=(px(x + pitch * 0.08)) y=(px(y))
                                width=(px((pitch * 0.84).min(60.0))) height=(px(high)) {}
                        }
                    }
                }
                text.axis x=(LEFT) y=(TOP + HIGH + 20) { (time(self.first().saturating_mul(self.width()))) }
                @if span > 1 {
                    @let last = (self.first() + span).saturating_mul(self.width());
                    text.axis x=(WIDE) y=(TOP + HIGH + 20) text-anchor="end" { (time(last)) }
                }
            }
        }
    }
}

fn step(index: usize) -> u64 {
    STEPS.get(index).copied().unwrap_or(2)
}

fn px(length: f64) -> String {
    format!("{length:.1}")
}

/// From the foot up.
fn stacked(ends: &Ends, foot: f64, scale: impl Fn(u64) -> f64) -> Vec<(Ended, f64, f64)> {
    let mut y = foot;
    let parts = Ended::ALL.into_iter().zip(ends).filter(|(_, count)| **count > 0);
    parts
        .map(|(ended, count)| {
            let high = scale(*count);
            y -= high;
            (ended, y, high)
        })
        .collect()
}

fn said(ends: &Ends) -> String {
    let parts = Ended::ALL.into_iter().zip(ends).filter(|(_, count)| **count > 0);
    parts.map(|(ended, count)| format!("{count} {}", ended.name())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Ended, MAX_BARS, Timeline, total};

    fn of(times: impl IntoIterator<Item = u64>) -> Timeline {
        let mut timeline = Timeline::default();
        times.into_iter().for_each(|at| timeline.add(at, Ended::Allowed));
        timeline
    }

    #[test]
    fn bars_become_wider_and_nothing_is_lost() {
        for (minutes, unit) in
            [(59, "1 minute"), (60, "5 minutes"), (1440, "1 hour"), (50_000, "1 day")]
        {
            let timeline = of((0..=minutes).map(|minute| minute * 60_000));
            assert_eq!(timeline.unit(), unit, "{minutes}");
            assert!(timeline.span() <= MAX_BARS);
            assert_eq!(timeline.bars.values().map(total).sum::<u64>(), minutes + 1);
        }
    }

    #[test]
    fn no_time_is_too_far_away() {
        let timeline = of([0, u64::MAX, 1, 1_700_000_000_000]);
        assert!(timeline.span() <= MAX_BARS, "{}", timeline.span());
        assert_eq!(timeline.bars.values().map(total).sum::<u64>(), 4);
        assert!(timeline.picture().into_string().contains("<rect"));
        assert!(!Timeline::default().picture().into_string().contains("NaN"));
    }
}
