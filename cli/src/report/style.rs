//! Colours, and text cut to fit.

use std::fmt;

use anstream::ColorChoice;
use confiture_risk::Level;

use crate::args::ColorWhen;

/// An ANSI sequence that `{}` begins and `{:#}` ends; nothing when colour is off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ink(Option<&'static str>);

impl fmt::Display for Ink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, f.alternate()) {
            (None, _) => Ok(()),
            (Some(code), false) => write!(f, "\x1b[{code}m"),
            (Some(_), true) => f.write_str("\x1b[0m"),
        }
    }
}

/// The inks of one run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Palette {
    /// For what matters most.
    pub strong: Ink,
    /// For what matters least.
    pub dim: Ink,
    /// For good news.
    pub good: Ink,
    warn: Ink,
    bad: Ink,
}

impl Palette {
    /// With colour or without.
    pub fn new(colour: Colour) -> Palette {
        match colour {
            Colour::Off => Palette::default(),
            Colour::On => Palette {
                strong: Ink(Some("1")),
                dim: Ink(Some("2")),
                good: Ink(Some("32")),
                warn: Ink(Some("33")),
                bad: Ink(Some("1;31")),
            },
        }
    }

    /// The ink of a risk level.
    pub fn level(&self, level: Level) -> Ink {
        match level {
            Level::None | Level::Low => self.good,
            Level::Medium | Level::Unknown => self.warn,
            Level::High | Level::Critical => self.bad,
        }
    }
}

/// Whether colour is used, decided once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Yes.
    On,
    /// No.
    Off,
}

impl Colour {
    /// Decides for standard output: the option, then NO_COLOR and CLICOLOR, then whether it is a terminal.
    pub fn decide(when: ColorWhen) -> Colour {
        let on = match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => anstream::AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
        };
        if on { Colour::On } else { Colour::Off }
    }
}

/// The text on one line, white space folded, cut to `width` characters.
pub fn first_line(text: &str, width: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if count > 0 && count + 1 + length > width {
            line.push_str(" …");
            return line;
        }
        if count > 0 {
            line.push(' ');
            count += 1;
        }
        if length > width {
            line.extend(word.chars().take(width));
            line.push('…');
            return line;
        }
        line.push_str(word);
        count += length;
    }
    line
}
