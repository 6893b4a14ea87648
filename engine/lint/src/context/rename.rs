//! Names, and what giving something another name takes.

use std::cell::OnceCell;
use std::collections::HashMap;

use confiture_schema::catalog::Origin;
use confiture_syntax::{Name, TextRange};

use super::CatalogContext;
use crate::{Edit, Fix, Safety};

/// Something that gets another name.
pub(crate) struct Renaming<'a> {
    /// Its name.
    pub(crate) from: &'a Name,
    /// The new one.
    pub(crate) to: &'a Name,
    /// Where it was defined.
    pub(crate) origin: Origin,
    /// Its schema, for what its definition may name with one.
    pub(crate) schema: Option<&'a Name>,
    /// The statement that renames it, up to the new name: `ALTER TABLE orders RENAME TO`.
    pub(crate) statement: String,
}

/// Renames things, and knows which names are used elsewhere.
pub(crate) struct Renamer<'a> {
    context: &'a CatalogContext<'a>,
    /// How often each word occurs in all scripts, in lower case; counted when first asked for.
    words: OnceCell<HashMap<String, usize>>,
}

impl<'a> Renamer<'a> {
    pub(crate) fn new(context: &'a CatalogContext<'a>) -> Renamer<'a> {
        Renamer {
            context,
            words: OnceCell::new(),
        }
    }

    /// The cure that gives something another name: in its definition where nothing else uses the name, and as a migration.
    pub(crate) fn fix(&self, renaming: &Renaming<'_>) -> Fix {
        let to = renaming.to.quoted();
        let fix = Fix::new(format!("Call it {to}"), Safety::Unsafe)
            .migration(format!("{} {to};", renaming.statement));
        let edit = if self.context.is_migrated(renaming.origin) {
            None
        } else {
            self.edit(renaming)
        };
        match edit {
            Some(edit) => fix.edit(edit),
            None => fix,
        }
    }

    /// An edit of the definition.
    fn edit(&self, renaming: &Renaming<'_>) -> Option<Edit> {
        let context = self.context;
        let range = context.written_range(renaming.origin)?;
        if let Some(constraint) = context.constraint_definition(renaming.origin)
            && constraint.name.is_none()
        {
            let text = format!("CONSTRAINT {} ", renaming.to.quoted());
            let edit = context.edit(renaming.origin, TextRange::empty(range.start), text);
            return edit.filter(|_| self.mentions(renaming.from) == 0);
        }
        if self.mentions(renaming.from) != 1 {
            return None;
        }
        let written = context.source(renaming.origin)?;
        let text = match renaming.schema {
            _ if Name::fold(written) == *renaming.from => renaming.to.quoted(),
            Some(schema) => format!("{}.{}", schema.quoted(), renaming.to.quoted()),
            None => return None,
        };
        context.edit(renaming.origin, range, text)
    }

    /// How often a name occurs in all scripts, in bodies, texts and comments too.
    fn mentions(&self, name: &Name) -> usize {
        let words = self.words.get_or_init(|| self.count());
        // A name that isn't one word is counted by its rarest part.
        let lower = name.as_str().to_lowercase();
        let parts = words_of(&lower).map(|word| words.get(word).copied().unwrap_or_default());
        parts.min().unwrap_or(usize::MAX)
    }

    fn count(&self) -> HashMap<String, usize> {
        let mut words = HashMap::new();
        for script in &self.context.project().scripts {
            let hooks = script.hooks.iter().map(|hook| &hook.segment);
            for segment in script.segments.iter().chain(hooks) {
                for word in words_of(&segment.text.to_lowercase()) {
                    match words.get_mut(word) {
                        Some(count) => *count += 1,
                        None => {
                            words.insert(word.to_owned(), 1);
                        }
                    }
                }
            }
        }
        words
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .filter(|word| !word.is_empty())
}
