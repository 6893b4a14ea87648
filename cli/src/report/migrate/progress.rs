//! What is going on right now, in the last line of a terminal. On anything else there is none.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the spinner turns.
const TURN: Duration = Duration::from_millis(100);

/// Something goes on, nobody knows how far.
const SPINNER: &str = "{spinner} {wide_msg} {elapsed}";
/// Something goes on, and it is known how far.
const BAR: &str = "{spinner} {wide_msg} [{bar:24}] {percent}% {elapsed}";

/// Where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// On standard error, where that is a terminal.
    OnTerminal,
    /// Nowhere.
    Nowhere,
}

/// The line.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new(shown: Shown) -> Progress {
        let target = match shown {
            Shown::OnTerminal => ProgressDrawTarget::stderr(),
            Shown::Nowhere => ProgressDrawTarget::hidden(),
        };
        Progress {
            bar: ProgressBar::with_draw_target(None, target).with_style(style(SPINNER)),
        }
    }

    /// Whether anybody sees it.
    pub(super) fn is_seen(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Something begins; its time counts from now.
    pub(super) fn begin(&self, what: String) {
        self.bar.set_style(style(SPINNER));
        self.bar.reset_elapsed();
        self.bar.set_message(what);
        self.bar.enable_steady_tick(TURN);
    }

    /// What is said of it changes; its time goes on.
    pub(super) fn say(&self, what: String) {
        self.bar.set_style(style(SPINNER));
        self.bar.set_message(what);
    }

    /// How far it is.
    pub(super) fn amount(&self, what: String, done: u64, of: u64) {
        self.bar.set_style(style(BAR));
        self.bar.set_length(of);
        self.bar.set_position(done.min(of));
        self.bar.set_message(what);
    }

    /// Lets something else be written to the terminal.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// The line goes.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Templates are constants; one that were wrong would be shown as indicatif's own.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .progress_chars("█░")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_right() {
        for template in [SPINNER, BAR] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
