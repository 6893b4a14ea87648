//! Names for findings that survive edits elsewhere in their files.

use std::collections::HashMap;
use std::path::Path;

use confiture_project::{Project, SourceFile};
use confiture_syntax::TextRange;
use confiture_syntax::lexer::{Dialect, Lexer};
use confiture_syntax::split::{PieceKind, split};

use crate::analysis::segment;
use crate::context::Subject;
use crate::{Finding, Place, file_range};

/// A name for each finding, 16 hexadecimal digits, no two alike: made of the rule, the shown path, the text of the
/// statement without its comments and white space, the subject, and, where all of these are equal, a number. Lines don't
/// count. The findings are all those of a run, in its order: what is left out takes no number.
pub fn fingerprints(project: &Project, findings: &[Finding]) -> Vec<String> {
    named_by(project, findings, |source| slashed(&source.path))
}

/// What the statement at a place says, as a number.
pub(crate) fn statement(project: &Project, place: Place) -> u64 {
    Statements::new(project).hash(place)
}

/// The same with another path.
pub(crate) fn named_by<'f>(
    project: &Project,
    findings: impl IntoIterator<Item = &'f Finding>,
    path: impl Fn(&SourceFile) -> String,
) -> Vec<String> {
    let mut statements = Statements::new(project);
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut name = |finding: &Finding| {
        let mut hash = Hash::new();
        hash.field(finding.rule.as_bytes());
        if let Some((source, _)) = file_range(project, finding.place) {
            hash.field(path(&source).as_bytes());
        }
        hash.field(&statements.hash(finding.place).to_le_bytes());
        hash.field(subject(&finding.subject).as_bytes());
        let number = seen.entry(hash.0).or_default();
        hash.field(&number.to_le_bytes());
        *number += 1;
        format!("{:016x}", hash.0)
    };
    findings.into_iter().map(&mut name).collect()
}

/// What a finding is about, in one text.
pub(crate) fn subject(subject: &Subject) -> String {
    let relation = subject.relation.iter().map(ToString::to_string);
    let part = subject.part.iter().map(ToString::to_string);
    relation.chain(part).collect::<Vec<_>>().join("\u{1f}")
}

/// A path as every system writes it in files that are shared.
pub(crate) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The statements that findings stand in.
struct Statements<'p> {
    project: &'p Project,
    /// Those of each stretch, by script and segment.
    pieces: HashMap<(usize, usize), Vec<TextRange>>,
    /// What was made of those that were asked for, by script, segment and first byte.
    hashes: HashMap<(usize, usize, u32), u64>,
}

impl<'p> Statements<'p> {
    fn new(project: &'p Project) -> Statements<'p> {
        Statements {
            project,
            pieces: HashMap::new(),
            hashes: HashMap::new(),
        }
    }

    /// The hash of the statement at a place, comments and white space left out; of the line where there is none.
    fn hash(&mut self, place: Place) -> u64 {
        let script = self.project.scripts.get(place.script);
        let Some(segment) = script.and_then(|script| segment(script, place.segment)) else {
            return 0;
        };
        let text: &str = &segment.text;
        let pieces = self
            .pieces
            .entry((place.script, place.segment))
            .or_insert_with(|| statements(text));
        let at = place.range.start;
        let found = pieces.get(pieces.partition_point(|piece| piece.end < at));
        let range = found
            .filter(|piece| piece.start <= at)
            .copied()
            .unwrap_or_else(|| line(text, at));
        *self
            .hashes
            .entry((place.script, place.segment, range.start))
            .or_insert_with(|| {
                let mut hash = Hash::new();
                let text = range.slice(text);
                for token in Lexer::new(text, Dialect::Psql).filter(|token| !token.kind.is_trivia()) {
                    hash.field(token.range.slice(text).as_bytes());
                }
                hash.0
            })
    }
}

fn statements(text: &str) -> Vec<TextRange> {
    split(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Sql)
        .map(|piece| piece.range)
        .collect()
}

fn line(text: &str, at: u32) -> TextRange {
    let at = text.floor_char_boundary(at as usize);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    TextRange::from_usize(start, end)
}

/// FNV-1a with 64 bits: small, and the same for ever, which the standard library's hashes are not.
struct Hash(u64);

impl Hash {
    fn new() -> Hash {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    /// Takes a field in, and its end.
    fn field(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
