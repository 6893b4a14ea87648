//! The write side and the read side: which of them a relation is on, by its name and by the folder of its file.

use std::path::{Component, Path};

use confiture_schema::catalog::{Origin, QualName, Relation};

use crate::context::CatalogContext;
use crate::rule::{OptionDefault, RuleOption};
use crate::settings::{NamePattern, Options};

/// The options that tell the sides.
pub(crate) const OPTIONS: [RuleOption; 4] = [
    RuleOption {
        name: "write_side",
        summary: "How names of the write side look",
        default: OptionDefault::Regex("^w_"),
    },
    RuleOption {
        name: "read_side",
        summary: "How names of the read side look",
        default: OptionDefault::Regex("^r_"),
    },
    RuleOption {
        name: "write_folders",
        summary: "Folders of the write side, by their names without numbers in front",
        default: OptionDefault::List(&["write_side"]),
    },
    RuleOption {
        name: "read_folders",
        summary: "Folders of the read side",
        default: OptionDefault::List(&["query_side", "read_side"]),
    },
];

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// What commands change.
    Write,
    /// What queries read.
    Read,
}

impl Side {
    /// As a sentence says it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Side::Write => "write side",
            Side::Read => "read side",
        }
    }
}

/// What tells the sides.
#[derive(Debug)]
pub(crate) struct Sides<'o> {
    write: Marks<'o>,
    read: Marks<'o>,
}

/// What tells one side.
#[derive(Debug)]
struct Marks<'o> {
    name: Option<&'o NamePattern>,
    folders: &'o [String],
}

impl<'o> Sides<'o> {
    /// From the options [`OPTIONS`].
    pub(crate) fn new(options: &'o Options) -> Sides<'o> {
        let marks = |name: &str, folders: &str| Marks {
            name: options.regex(name),
            folders: options.list(folders),
        };
        Sides {
            write: marks("write_side", "write_folders"),
            read: marks("read_side", "read_folders"),
        }
    }

    /// By its name.
    pub(crate) fn of_name(&self, name: &str) -> Option<Side> {
        self.told(|marks| marks.name.is_some_and(|pattern| pattern.is_match(name)))
    }

    /// By the innermost folder of its file that tells one.
    pub(crate) fn of_path(&self, path: &Path) -> Option<Side> {
        let folders = path.parent()?.components().rev().filter_map(|c| match c {
            Component::Normal(name) => name.to_str(),
            _ => None,
        });
        folders
            .into_iter()
            .find_map(|folder| self.told(|marks| marks.folders.iter().any(|mark| is_folder(folder, mark))))
    }

    /// By its name, else by its folder.
    pub(crate) fn of_relation(
        &self,
        context: &CatalogContext<'_>,
        name: &QualName,
        relation: &Relation,
    ) -> Option<Side> {
        self.of_name(name.name.as_str())
            .or_else(|| self.of_origin(context, relation.origin))
    }

    /// By the folder of the file that defines something.
    pub(crate) fn of_origin(&self, context: &CatalogContext<'_>, origin: Origin) -> Option<Side> {
        self.of_path(context.path(origin)?)
    }

    /// How names of a side look; nothing where only folders tell it.
    pub(crate) fn pattern(&self, side: Side) -> Option<&'o NamePattern> {
        match side {
            Side::Write => self.write.name,
            Side::Read => self.read.name,
        }
    }

    fn told(&self, is: impl Fn(&Marks<'_>) -> bool) -> Option<Side> {
        match (is(&self.write), is(&self.read)) {
            (true, false) => Some(Side::Write),
            (false, true) => Some(Side::Read),
            _ => None,
        }
    }
}

/// Whether a folder is the one that a mark names, its number left out: `01_write_side` is `write_side`.
fn is_folder(folder: &str, mark: &str) -> bool {
    let bare = folder.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '-');
    let wanted = mark.rsplit('/').next().unwrap_or(mark);
    folder == wanted || bare == wanted
}
