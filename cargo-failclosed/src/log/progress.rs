//! How far a long work is: on standard error, and only for somebody who watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is done sooner than this many records is done before anybody could read of it.
const LONG: u64 = 100_000;

/// So many records are counted at a time: a look at the clock for each would be felt.
const STEP: u64 = 4_096;

/// Counts records. What it shows goes away with it.
pub(super) struct Progress {
    done: u64,
    bar: ProgressBar,
}

impl Progress {
    /// Nothing is done; `done` is what will be said of a record: `read`, `added`.
    pub(super) fn new(done: &str) -> Self {
        // Hidden where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        let form = format!("{{spinner}} {{human_pos}} records {done}, {{per_sec}}");
        let style = ProgressStyle::with_template(&form);
        Self {
            done: 0,
            bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())),
        }
    }

    /// So many more are done.
    pub(super) fn add(&mut self, records: u64) {
        let before = self.done / STEP;
        self.done += records;
        if self.done >= LONG && self.done / STEP != before {
            self.bar.set_position(self.done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
