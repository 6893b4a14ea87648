//! Names that PostgreSQL makes up (indexcmds.c: `makeObjectName`, `ChooseRelationName`, `ChooseIndexName`; pg_constraint.c: `ChooseConstraintName`).

use confiture_syntax::Name;

use super::Fold;
use crate::catalog::QualName;

/// Bytes of a name (`NAMEDATALEN` - 1).
const LONGEST: usize = 63;

/// What a made-up name must differ from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// Relations and indexes of the schema.
    Relations,
    /// Constraints of the schema.
    Constraints,
    /// Both: an index that belongs to a constraint.
    Both,
}

impl Fold<'_> {
    /// The first free name of `name1_name2_label`, `name1_name2_label1` ….
    pub(super) fn choose_name(
        &self,
        schema: &Name,
        name1: &str,
        name2: Option<&str>,
        label: &str,
        among: Among,
    ) -> Name {
        let mut pass = 0u32;
        loop {
            let numbered = if pass == 0 {
                label.to_owned()
            } else {
                format!("{label}{pass}")
            };
            let name = QualName::new(schema.clone(), make_name(name1, name2, Some(&numbered)).as_str());
            let relation = among != Among::Constraints && self.catalog().is_relation_name(&name);
            let constraint = among != Among::Relations && self.catalog().has_constraint_named(&name);
            if !relation && !constraint {
                return name.name;
            }
            pass += 1;
        }
    }

    /// A name for an index with these keys, included columns among them.
    pub(super) fn choose_index_name(&self, table: &QualName, columns: &[Name], role: IndexRole) -> Name {
        let addition = join(columns);
        let table_name = table.name.as_str();
        let (name2, label, among) = match role {
            IndexRole::Primary => (None, "pkey", Among::Both),
            IndexRole::Exclusion => (Some(addition.as_str()), "excl", Among::Both),
            IndexRole::Unique => (Some(addition.as_str()), "key", Among::Both),
            IndexRole::Plain => (Some(addition.as_str()), "idx", Among::Relations),
        };
        self.choose_name(&table.schema, table_name, name2, label, among)
    }
}

/// What an index is for, which is what its name ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexRole {
    Primary,
    Unique,
    Exclusion,
    Plain,
}

/// `name1_name2_label`, both names shortened, the longer first, until it fits.
pub(super) fn make_name(name1: &str, name2: Option<&str>, label: Option<&str>) -> String {
    let overhead = label.map_or(0, |l| l.len() + 1) + usize::from(name2.is_some());
    let available = LONGEST.saturating_sub(overhead);
    let (mut chars1, mut chars2) = (name1.len(), name2.map_or(0, str::len));
    while chars1 + chars2 > available {
        if chars1 > chars2 {
            chars1 -= 1;
        } else {
            chars2 -= 1;
        }
    }
    let mut name = clip(name1, chars1).to_owned();
    for (part, bytes) in [(name2, chars2), (label, usize::MAX)] {
        if let Some(part) = part {
            name.push('_');
            name.push_str(clip(part, bytes));
        }
    }
    name
}

/// At most so many bytes, whole characters.
fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Column names joined by `_`, no more of them than can matter (`ChooseIndexNameAddition`).
pub(super) fn join(columns: &[Name]) -> String {
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column.as_str());
        if joined.len() > LONGEST {
            break;
        }
    }
    joined
}

/// Names of an index's own columns: repeated ones are numbered (`ChooseIndexColumnNames`).
pub(super) fn distinct(names: impl IntoIterator<Item = Name>) -> Vec<Name> {
    let mut chosen: Vec<Name> = Vec::new();
    for name in names {
        let mut candidate = name.clone();
        let mut pass = 1u32;
        while chosen.contains(&candidate) {
            let number = pass.to_string();
            let stem = clip(name.as_str(), LONGEST - number.len());
            candidate = Name::new(format!("{stem}{number}"));
            pass += 1;
        }
        chosen.push(candidate);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_share_the_room() {
        let (a, b) = ("a".repeat(60), "b".repeat(60));
        let name = make_name(&a, Some(&b), Some("fkey"));
        assert_eq!(name.len(), 63);
        assert_eq!(name, format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28)));
        assert_eq!(
            make_name("t", Some(&b), Some("key")),
            format!("t_{}_key", "b".repeat(57))
        );
        assert_eq!(
            make_name(&"é".repeat(40), None, Some("pkey")),
            format!("{}_pkey", "é".repeat(29))
        );
    }

    #[test]
    fn repeated_columns_are_numbered() {
        let names = distinct(["expr", "expr", "a", "expr"].map(Name::new));
        assert_eq!(names, ["expr", "expr1", "a", "expr2"].map(Name::new));
    }
}
