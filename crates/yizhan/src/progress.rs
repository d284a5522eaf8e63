//! How far it is: a bar on a terminal, otherwise a plain line, at most one a second.
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kernel::clock::stopwatch;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// The time between two plain lines.
const LINE_MS: u64 = 1_000;

pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    last_line: Instant,
}

impl Progress {
    pub fn new() -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{msg:28} {wide_bar} {human_pos}/{human_len} {elapsed}");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        });
        Progress { bar, what: String::new(), last_line: stopwatch() }
    }

    /// `done` of `of`; an `of` of 0 is not known.
    pub fn tell(&mut self, what: &str, done: u64, of: u64) {
        if self.what != what {
            self.what = what.to_owned();
            if let Some(bar) = &self.bar {
                bar.set_message(self.what.clone());
            }
        }
        match &self.bar {
            Some(bar) => {
                bar.set_length(of.max(done));
                bar.set_position(done);
            }
            None if self.last_line.elapsed() >= Duration::from_millis(LINE_MS) => {
                self.last_line = stopwatch();
                if of > 0 { eprintln!("{what}: {done} of {of}") } else { eprintln!("{what}: {done}") }
            }
            None => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
