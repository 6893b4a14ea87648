//! A schema with what its catalog doesn't keep, from files or from a database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use confiture_postgres::{Session, introspect_with_definitions};
use confiture_project::{Project, Script, Segment, TransactionMode};
use confiture_schema::apply::{NoteKind, State, TransactionWrap};
use confiture_schema::catalog::{Catalog, Origin, QualName};
use confiture_schema::draft::{Definitions, Side};
use confiture_schema::read;
use confiture_syntax::split::{PieceKind, split};
use confiture_syntax::{LineIndex, Name, Syntax, TextRange};

use crate::error::{ErrorKind, MigrateError, Result};
use crate::settings::LedgerNames;

/// Tables in which migration tools write down what they have applied.
const OF_TOOLS: [&str; 16] = [
    "__diesel_schema_migrations",
    "_prisma_migrations",
    "_sqlx_migrations",
    "alembic_version",
    "ar_internal_metadata",
    "databasechangelog",
    "databasechangeloglock",
    "django_migrations",
    "flyway_schema_history",
    "goose_db_version",
    "knex_migrations",
    "knex_migrations_lock",
    "pgmigrations",
    "schema_migrations",
    "schema_version",
    "tb_confiture",
];

/// Schemas of such tools.
const SCHEMAS_OF_TOOLS: [&str; 3] = ["atlas_schema_revisions", "confiture", "supabase_migrations"];

/// A schema.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// How people name it: `db/migrations`, a server and database.
    pub label: String,
    /// What exists.
    pub catalog: Catalog,
    /// Bodies of functions, triggers as written.
    pub definitions: Definitions,
    /// Statements of files that do nothing, each with its place and why: what they make is missing here.
    pub not_replayed: Vec<String>,
}

impl Schema {
    /// What the forward scripts of a project add up to. `environment` leaves out scripts that are for others.
    pub fn of_project(project: &Project, label: impl Into<String>, environment: Option<&str>) -> Schema {
        let mut replay = Replay {
            state: State::fresh(),
            texts: HashMap::new(),
            not_replayed: Vec::new(),
        };
        for (number, script) in (0..).zip(project.ups()) {
            let for_it = script.applies_to.is_empty()
                || environment.is_none_or(|name| script.applies_to.iter().any(|a| a == name));
            if for_it {
                replay.script(number, script);
            }
        }
        let Replay {
            state,
            texts,
            not_replayed,
        } = replay;
        let definitions = Definitions::of_files(&state.catalog, |origin| {
            texts.get(&(origin.script, origin.statement)).cloned()
        });
        Schema {
            label: label.into(),
            catalog: state.catalog,
            definitions,
            not_replayed,
        }
    }

    /// What a database has.
    ///
    /// # Errors
    /// [`ErrorKind::Connection`] with what the server said.
    pub fn of_database(session: &mut Session, label: impl Into<String>) -> Result<Schema> {
        let doing = "the catalog of the database can't be read";
        let (catalog, definitions) = introspect_with_definitions(session)
            .map_err(|error| MigrateError::sql(ErrorKind::Connection, doing, error))?;
        Ok(Schema {
            label: label.into(),
            catalog,
            definitions,
            not_replayed: Vec::new(),
        })
    }

    /// The schema without what migration tools keep there, unless `other` has it too: the ledger, tables of other tools.
    pub fn without_tools(mut self, ledger: &LedgerNames, other: &Schema) -> Schema {
        let is_of_tool = |name: &QualName| {
            OF_TOOLS.contains(&name.name.as_str())
                || (name.name == ledger.table
                    && ledger.schema.as_ref().is_none_or(|schema| *schema == name.schema))
        };
        let foreign = |catalog: &Catalog, name: &QualName| {
            is_of_tool(name)
                && !other.catalog.relations.contains_key(name)
                && catalog.relation(name).is_some()
        };
        let relations: Vec<QualName> = self.catalog.relations.keys().cloned().collect();
        let mut drops: Vec<String> = Vec::new();
        for name in relations.iter().filter(|name| foreign(&self.catalog, name)) {
            drops.push(format!("DROP TABLE {} CASCADE", name.quoted()));
        }
        let schemas = SCHEMAS_OF_TOOLS.iter().map(Name::new);
        for schema in schemas.chain([ledger.details.clone()]) {
            if self.catalog.schemas.contains_key(&schema) && !other.catalog.schemas.contains_key(&schema) {
                drops.push(format!("DROP SCHEMA {} CASCADE", schema.quoted()));
            }
        }
        if !drops.is_empty() {
            let mut state = State::on(self.catalog);
            for drop in drops {
                state.apply_all(&read::changes(&Syntax::parse(&drop)), Origin::default());
            }
            self.catalog = state.catalog;
        }
        self
    }

    /// As drafts take it.
    pub fn side(&self) -> Side<'_> {
        Side {
            catalog: &self.catalog,
            definitions: &self.definitions,
        }
    }

    /// How many objects it has, by their kind in words, those of a fresh database left out.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        use confiture_schema::catalog::RelationKind;
        let mut counts = BTreeMap::new();
        let mut count = |kind, number: usize| {
            if number > 0 {
                *counts.entry(kind).or_insert(0) += number;
            }
        };
        let fresh = Catalog::fresh();
        let schemas = self
            .catalog
            .schemas
            .keys()
            .filter(|name| !fresh.schemas.contains_key(*name));
        count("schemas", schemas.count());
        let extensions = self.catalog.extensions.keys();
        count(
            "extensions",
            extensions
                .filter(|name| !fresh.extensions.contains_key(*name))
                .count(),
        );
        count("types", self.catalog.types.size());
        count("functions", self.catalog.functions.size());
        for relation in self.catalog.relations.values() {
            let kind = match relation.kind {
                RelationKind::Table | RelationKind::PartitionedTable => "tables",
                RelationKind::ForeignTable => "foreign tables",
                RelationKind::View => "views",
                RelationKind::MaterializedView => "materialized views",
                RelationKind::Sequence => "sequences",
            };
            count(kind, 1);
            count("indexes", relation.indexes.size());
            count("triggers", relation.triggers.size());
        }
        counts
    }
}

/// Files on their way through the fold.
struct Replay {
    state: State,
    texts: HashMap<(u32, u32), Arc<str>>,
    not_replayed: Vec<String>,
}

impl Replay {
    fn script(&mut self, number: u32, script: &Script) {
        self.state.begin_script(match script.transaction {
            TransactionMode::Autocommit => TransactionWrap::Autocommit,
            _ => TransactionWrap::Wrapped,
        });
        let mut statement = 0;
        for (at, segment) in (0..).zip(&script.segments) {
            for piece in split(&segment.text)
                .iter()
                .filter(|piece| piece.kind == PieceKind::Sql)
            {
                let origin = Origin {
                    script: number,
                    segment: at,
                    statement,
                    range: TextRange::new(0, piece.range.len()),
                };
                statement += 1;
                self.statement(segment, piece.range, origin);
            }
        }
        self.state.end_script();
    }

    fn statement(&mut self, segment: &Segment, range: TextRange, origin: Origin) {
        let text = range.slice(&segment.text);
        let notes = self.state.apply_all(&read::changes(&Syntax::parse(text)), origin);
        self.texts
            .insert((origin.script, origin.statement), Arc::from(text));
        for note in notes {
            let why = match note.kind {
                NoteKind::AlreadyExists => format!("{} exists already", note.object),
                NoteKind::Refused => format!("PostgreSQL would refuse it for {}", note.object),
                NoteKind::Missing | NoteKind::Unknown => continue,
            };
            let place = segment.map.range_to_file(range.as_usize());
            let start = u32::try_from(place.start).unwrap_or(u32::MAX);
            let line = LineIndex::new(&segment.source.text)
                .position(&segment.source.text, start)
                .line;
            let path = segment.source.path.display();
            self.not_replayed.push(format!("{path}:{line}: {why}"));
        }
    }
}
