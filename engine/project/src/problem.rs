//! What went wrong while files were found, read or understood.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use serde::Serialize;

use crate::Severity;

/// The kind of a [`Problem`]. Codes are stable: scripts and tests may rely on them.
///
/// `E01x` is about reading files, `E02x` about configuration, `E03x` about layouts, `E04x` about psql includes,
/// `E06x` about hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemCode {
    /// A file or folder could not be read (missing, no permission, a read error).
    Unreadable,
    /// A file looks binary: it holds a NUL byte. It is skipped.
    Binary,
    /// A file is larger than the limit. It is skipped.
    TooLarge,
    /// The files together are larger than the limit. Those past it are skipped.
    TotalTooLarge,
    /// A file is not valid UTF-8. Each wrong byte is read as `_`, so that offsets hold.
    InvalidUtf8,
    /// A file is UTF-16 or UTF-32, by its byte order mark. It is skipped.
    Utf16,
    /// A symbolic link leads back to a folder that contains it. It is not followed.
    SymlinkLoop,
    /// A configuration or migration file is not YAML.
    NotYaml,
    /// A key that does not exist.
    UnknownKey,
    /// A value of the wrong kind or out of its bounds.
    WrongValue,
    /// A `load_order` entry that matches no file.
    LoadOrderUnmatched,
    /// A key whose shape can carry no check; the message names what to use instead.
    NotACheck,
    /// A value of the configuration that was read in another way than its spelling says.
    ReadOtherwise,
    /// Two migrations with one version.
    DuplicateVersion,
    /// A file in a migration folder whose name the tool does not read.
    IgnoredFile,
    /// An annotation of dbmate or goose that is out of place.
    BadAnnotation,
    /// A migration file without SQL that could be found in it.
    NoSql,
    /// A psql include that leads back to itself.
    IncludeCycle,
    /// A psql include of a file that isn't there.
    IncludeMissing,
    /// A psql include whose name is made of variables, or includes nested too deep or too many.
    IncludeNotFollowed,
    /// A private server refuses a statement of the project, so rules that ask a server could not run.
    NotLoaded,
    /// A hook of a type that does not exist.
    UnknownHookType,
    /// Hooks under a phase that does not exist, or that doesn't go where they stand.
    UnknownHookPhase,
    /// A hook's settings that can't be used.
    BadHook,
    /// A hook's condition that can't be evaluated.
    BadCondition,
    /// An older name in a declaration of hooks. It is read as the newer one.
    HookAlias,
}

impl ProblemCode {
    /// All codes, in their order.
    pub const ALL: [ProblemCode; 26] = [
        ProblemCode::Unreadable,
        ProblemCode::Binary,
        ProblemCode::TooLarge,
        ProblemCode::TotalTooLarge,
        ProblemCode::InvalidUtf8,
        ProblemCode::Utf16,
        ProblemCode::SymlinkLoop,
        ProblemCode::NotYaml,
        ProblemCode::UnknownKey,
        ProblemCode::WrongValue,
        ProblemCode::LoadOrderUnmatched,
        ProblemCode::NotACheck,
        ProblemCode::ReadOtherwise,
        ProblemCode::DuplicateVersion,
        ProblemCode::IgnoredFile,
        ProblemCode::BadAnnotation,
        ProblemCode::NoSql,
        ProblemCode::IncludeCycle,
        ProblemCode::IncludeMissing,
        ProblemCode::IncludeNotFollowed,
        ProblemCode::NotLoaded,
        ProblemCode::UnknownHookType,
        ProblemCode::UnknownHookPhase,
        ProblemCode::BadHook,
        ProblemCode::BadCondition,
        ProblemCode::HookAlias,
    ];

    /// What it means, in a sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Unreadable => "A file or folder could not be read (missing, no permission, a read error)",
            Self::Binary => "A file looks binary: it holds a NUL byte. It is skipped",
            Self::TooLarge => "A file is larger than the limit. It is skipped",
            Self::TotalTooLarge => "The files together are larger than the limit. Those past it are skipped",
            Self::InvalidUtf8 => {
                "A file is not valid UTF-8. Each wrong byte is read as `_`, so that offsets hold"
            }
            Self::Utf16 => "A file is UTF-16 or UTF-32, by its byte order mark. It is skipped",
            Self::SymlinkLoop => {
                "A symbolic link leads back to a folder that contains it. It is not followed"
            }
            Self::NotYaml => "A configuration or migration file is not YAML",
            Self::UnknownKey => "A key that does not exist",
            Self::WrongValue => "A value of the wrong kind or out of its bounds",
            Self::LoadOrderUnmatched => "A `load_order` entry that matches no file",
            Self::NotACheck => "A key whose shape can carry no check; the message names what to use instead",
            Self::ReadOtherwise => {
                "A value of the configuration that was read in another way than its spelling says"
            }
            Self::DuplicateVersion => "Two migrations with one version",
            Self::IgnoredFile => "A file in a migration folder whose name the tool does not read",
            Self::BadAnnotation => "An annotation of dbmate or goose that is out of place",
            Self::NoSql => "A migration file without SQL that could be found in it",
            Self::IncludeCycle => "A psql include that leads back to itself",
            Self::IncludeMissing => "A psql include of a file that isn't there",
            Self::IncludeNotFollowed => {
                "A psql include whose name is made of variables, or includes nested too deep or too many"
            }
            Self::NotLoaded => {
                "A private server refuses a statement of the project, so rules that ask a server could not run"
            }
            Self::UnknownHookType => "A hook of a type that does not exist",
            Self::UnknownHookPhase => {
                "Hooks under a phase that does not exist, or that doesn't go where they stand"
            }
            Self::BadHook => "A hook's settings that can't be used",
            Self::BadCondition => "A hook's condition that can't be evaluated",
            Self::HookAlias => "An older name in a declaration of hooks. It is read as the newer one",
        }
    }

    /// The stable code, such as `E010`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "E010",
            Self::Binary => "E011",
            Self::TooLarge => "E012",
            Self::TotalTooLarge => "E013",
            Self::InvalidUtf8 => "E014",
            Self::Utf16 => "E015",
            Self::SymlinkLoop => "E016",
            Self::NotYaml => "E020",
            Self::UnknownKey => "E021",
            Self::WrongValue => "E022",
            Self::LoadOrderUnmatched => "E023",
            Self::NotACheck => "E024",
            Self::ReadOtherwise => "E026",
            Self::DuplicateVersion => "E030",
            Self::IgnoredFile => "E031",
            Self::BadAnnotation => "E032",
            Self::NoSql => "E033",
            Self::IncludeCycle => "E040",
            Self::IncludeMissing => "E041",
            Self::IncludeNotFollowed => "E042",
            Self::NotLoaded => "E050",
            Self::UnknownHookType => "E060",
            Self::UnknownHookPhase => "E061",
            Self::BadHook => "E062",
            Self::BadCondition => "E063",
            Self::HookAlias => "E064",
        }
    }

    /// What the problem means for a command: its exit code and whether it is only a remark.
    pub fn kind(self) -> ProblemKind {
        match self {
            Self::NotYaml
            | Self::UnknownKey
            | Self::WrongValue
            | Self::NotACheck
            | Self::UnknownHookType
            | Self::UnknownHookPhase
            | Self::BadHook
            | Self::BadCondition => ProblemKind::Configuration,
            Self::Unreadable
            | Self::Binary
            | Self::TooLarge
            | Self::TotalTooLarge
            | Self::InvalidUtf8
            | Self::Utf16
            | Self::SymlinkLoop
            | Self::IncludeCycle
            | Self::IncludeMissing
            | Self::NotLoaded => ProblemKind::Reading,
            Self::LoadOrderUnmatched
            | Self::ReadOtherwise
            | Self::DuplicateVersion
            | Self::IgnoredFile
            | Self::BadAnnotation
            | Self::NoSql
            | Self::IncludeNotFollowed
            | Self::HookAlias => ProblemKind::Notice,
        }
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How much a [`Problem`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Worth telling; nothing was left out that was asked for.
    Notice,
    /// Something could not be read; the rest was processed.
    Reading,
    /// The configuration is wrong; what it asked for could not be done.
    Configuration,
}

impl ProblemKind {
    /// How reports weigh it: a warning where it doesn't change a command's exit status.
    pub fn severity(self) -> Severity {
        match self {
            ProblemKind::Notice => Severity::Warning,
            ProblemKind::Reading | ProblemKind::Configuration => Severity::Error,
        }
    }
}

/// Something that went wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub code: ProblemCode,
    /// The file or folder, as it is shown to people.
    pub path: PathBuf,
    /// The byte range in the file, where there is one.
    pub range: Option<Range<usize>>,
    /// The full text of the file, to show an excerpt, where `range` is known.
    pub source: Option<std::sync::Arc<str>>,
    /// One sentence that says what is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem about a whole file or folder.
    pub fn new(code: ProblemCode, path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self {
            code,
            path: path.into(),
            range: None,
            source: None,
            message: message.into(),
            help: None,
        }
    }

    /// Adds the place in the file, and the file's text to show it in.
    #[must_use]
    pub fn at(mut self, range: Range<usize>, source: std::sync::Arc<str>) -> Self {
        self.range = Some(range);
        self.source = Some(source);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Line and column of the start, both from 1, the column in code points.
    pub fn line_column(&self) -> Option<(usize, usize)> {
        let start = self.range.as_ref()?.start;
        let source = self.source.as_deref()?;
        let before = source.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Some((
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        ))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.path.display())?;
        if let Some((line, column)) = self.line_column() {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}
