//! How far the run is: a bar on a terminal, a line every ten seconds elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The one progress of the run.
pub struct Progress {
    bar: ProgressBar,
    plain: Option<Mutex<Instant>>,
}

impl Progress {
    /// `total` units of work.
    pub fn new(total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let terminal = std::io::stderr().is_terminal();
        if terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{msg:16} {wide_bar} {percent:>3} %  {elapsed} of {duration}, {eta} left");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, plain: (!terminal).then(|| Mutex::new(Instant::now())) }
    }

    /// What is being worked on.
    pub fn label(&self, label: &'static str) {
        self.bar.set_message(label);
    }

    /// `work` more units are done.
    pub fn add(&self, work: u64) {
        self.bar.inc(work);
        let Some(last) = &self.plain else { return };
        let Ok(mut last) = last.try_lock() else { return };
        if last.elapsed() >= Duration::from_secs(10) {
            *last = Instant::now();
            let done = self.bar.position() as f64 / self.bar.length().unwrap_or(1).max(1) as f64;
            let elapsed = self.bar.elapsed().as_secs_f64();
            println!(
                "{:16} {:3.0} %, {:.0} s, about {:.0} s left",
                self.bar.message(),
                100.0 * done,
                elapsed,
                elapsed / done - elapsed
            );
        }
    }

    /// Goes on to where `work` units are done, whatever the estimate was.
    pub fn reach(&self, work: u64) {
        self.bar.set_position(work);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
