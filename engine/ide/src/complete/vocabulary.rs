//! Words that PostgreSQL knows: types, parameters, extensions, keywords within expressions.

use super::list::{List, plain};
use super::{Completion, CompletionKind, Insert};

/// Built-in types, the usual ones first, each with a few words.
pub(super) const TYPES: &[(&str, &str)] = &[
    ("bigint", "8 bytes"),
    ("integer", "4 bytes"),
    ("text", "any length"),
    ("boolean", ""),
    ("timestamptz", "moment in time"),
    ("uuid", ""),
    ("jsonb", "JSON, indexable"),
    ("numeric", "exact"),
    ("date", ""),
    ("smallint", "2 bytes"),
    ("varchar", "limited length"),
    ("timestamp", "without time zone"),
    ("timestamp with time zone", "moment in time"),
    ("timestamp without time zone", ""),
    ("time", "without time zone"),
    ("interval", ""),
    ("double precision", "8 bytes, inexact"),
    ("real", "4 bytes, inexact"),
    ("bytea", "binary"),
    ("json", "JSON as written"),
    ("inet", "network address"),
    ("cidr", "network"),
    ("macaddr", ""),
    ("char", "padded"),
    ("character varying", "limited length"),
    ("decimal", "exact"),
    ("money", ""),
    ("bit", ""),
    ("bit varying", ""),
    ("xml", ""),
    ("tsvector", "document for search"),
    ("tsquery", "query for search"),
    ("int4range", ""),
    ("int8range", ""),
    ("numrange", ""),
    ("tsrange", ""),
    ("tstzrange", ""),
    ("daterange", ""),
    ("int4multirange", ""),
    ("tstzmultirange", ""),
    ("datemultirange", ""),
    ("point", ""),
    ("line", ""),
    ("lseg", ""),
    ("box", ""),
    ("path", ""),
    ("polygon", ""),
    ("circle", ""),
    ("oid", ""),
    ("regclass", "relation"),
    ("regtype", "type"),
    ("regprocedure", "function"),
    ("name", "63 bytes"),
    ("pg_lsn", ""),
    ("xid8", ""),
];

/// Types of columns that take their values from a sequence.
pub(super) const SERIAL_TYPES: &[(&str, &str)] = &[
    ("bigserial", "prefer bigint GENERATED ALWAYS AS IDENTITY"),
    ("serial", "prefer integer GENERATED ALWAYS AS IDENTITY"),
    ("smallserial", "prefer smallint GENERATED ALWAYS AS IDENTITY"),
];

/// Types of results alone.
pub(super) const RETURNED_TYPES: &[(&str, &str)] = &[
    ("void", "nothing"),
    ("trigger", "for a trigger"),
    ("record", "a row of any shape"),
    ("event_trigger", "for an event trigger"),
];

/// The clauses that a query most likely goes on with.
pub(super) const NEXT_CLAUSES: &[&str] = &["FROM", "WHERE"];

/// What a value may begin with.
pub(super) const OPERANDS: &[&str] = &[
    "NULL",
    "TRUE",
    "FALSE",
    "NOT",
    "EXISTS",
    "CASE WHEN",
    "CAST",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_USER",
    "INTERVAL",
    "ARRAY",
    "ROW",
    "DISTINCT",
];

/// What may follow a value.
pub(super) const OPERATORS: &[&str] = &[
    "AND",
    "OR",
    "IS NULL",
    "IS NOT NULL",
    "IN",
    "NOT IN",
    "LIKE",
    "ILIKE",
    "NOT LIKE",
    "BETWEEN",
    "IS DISTINCT FROM",
    "IS NOT DISTINCT FROM",
    "SIMILAR TO",
    "COLLATE",
    "AT TIME ZONE",
    "ORDER BY",
    "FILTER",
    "OVER",
    "THEN",
    "ELSE",
    "END",
    "WHEN",
    "ASC",
    "DESC",
];

/// What may follow IS.
pub(super) const BEHIND_IS: &[&str] = &[
    "NULL",
    "NOT NULL",
    "TRUE",
    "FALSE",
    "DISTINCT FROM",
    "NOT DISTINCT FROM",
    "UNKNOWN",
];

/// What a trigger's function knows.
pub(super) const TRIGGER_VARIABLES: &[&str] = &[
    "NEW",
    "OLD",
    "TG_OP",
    "TG_TABLE_NAME",
    "TG_TABLE_SCHEMA",
    "TG_NAME",
    "TG_WHEN",
    "TG_ARGV",
];

/// Roles that every cluster has.
pub(super) const ROLES: &[&str] = &["PUBLIC", "CURRENT_USER", "SESSION_USER", "CURRENT_ROLE"];

/// Languages of functions.
pub(super) const LANGUAGES: &[&str] = &["plpgsql", "sql", "c", "internal", "plpython3u", "plperl", "pltcl"];

/// Access methods.
pub(super) const METHODS: &[&str] = &["btree", "gin", "gist", "brin", "hash", "spgist", "heap"];

/// Collations that every database has.
pub(super) const COLLATIONS: &[&str] = &["C", "POSIX", "default", "ucs_basic", "en_US", "und-x-icu"];

/// Extensions that come with PostgreSQL or are common.
pub(super) const EXTENSIONS: &[(&str, &str)] = &[
    ("pgcrypto", "hashes and encryption"),
    ("uuid-ossp", "UUIDs"),
    ("citext", "text whose case doesn't count"),
    ("pg_trgm", "similar texts"),
    ("btree_gist", "ordinary types in GiST indexes"),
    ("btree_gin", "ordinary types in GIN indexes"),
    ("hstore", "keys and values"),
    ("ltree", "paths in a tree"),
    ("unaccent", "text without accents"),
    ("pg_stat_statements", "what statements cost"),
    ("postgres_fdw", "tables of other servers"),
    ("tablefunc", "crosstab"),
    ("intarray", "arrays of integers"),
    ("fuzzystrmatch", "soundex, levenshtein"),
    ("cube", "points and boxes"),
    ("earthdistance", "distances on the globe"),
    ("pgstattuple", "how full tables are"),
    ("pg_buffercache", "the shared buffers"),
    ("amcheck", "checks of indexes"),
    ("file_fdw", "files as tables"),
    ("dblink", "queries on other servers"),
    ("isn", "ISBN and the like"),
    ("lo", "large objects"),
    ("bloom", "bloom indexes"),
    ("postgis", "geometry and geography"),
    ("vector", "embeddings"),
    ("timescaledb", "time series"),
    ("pg_partman", "partitions"),
    ("pg_cron", "jobs"),
    ("pgtap", "tests"),
];

/// Parameters that migrations and functions set.
pub(super) const PARAMETERS: &[(&str, &str)] = &[
    ("lock_timeout", "how long a statement waits for a lock"),
    ("statement_timeout", "how long a statement may take"),
    ("search_path", "the schemas of names without one"),
    (
        "idle_in_transaction_session_timeout",
        "how long a transaction may idle",
    ),
    ("transaction_timeout", "how long a transaction may take (17+)"),
    ("maintenance_work_mem", "memory for index builds"),
    ("work_mem", "memory for sorts and hashes"),
    ("max_parallel_maintenance_workers", "workers of an index build"),
    ("default_transaction_isolation", ""),
    ("default_transaction_read_only", ""),
    ("default_tablespace", ""),
    ("default_table_access_method", ""),
    ("row_security", "whether policies apply"),
    ("session_replication_role", "which triggers fire"),
    ("check_function_bodies", "whether bodies are checked"),
    ("client_min_messages", "which messages are sent"),
    ("client_encoding", ""),
    ("standard_conforming_strings", ""),
    ("timezone", ""),
    ("datestyle", ""),
    ("application_name", ""),
    ("constraint_exclusion", ""),
    ("synchronous_commit", ""),
    ("vacuum_cost_delay", ""),
    ("enable_seqscan", ""),
    ("role", ""),
];

/// Storage parameters of tables and indexes.
pub(super) const STORAGE: &[(&str, &str)] = &[
    ("fillfactor", "percent"),
    ("autovacuum_enabled", "boolean"),
    ("autovacuum_vacuum_scale_factor", "fraction"),
    ("autovacuum_vacuum_threshold", "rows"),
    ("autovacuum_analyze_scale_factor", "fraction"),
    ("autovacuum_analyze_threshold", "rows"),
    ("autovacuum_vacuum_insert_scale_factor", "fraction"),
    ("autovacuum_vacuum_cost_delay", "milliseconds"),
    ("autovacuum_freeze_max_age", "transactions"),
    ("toast_tuple_target", "bytes"),
    ("parallel_workers", "count"),
    ("log_autovacuum_min_duration", "milliseconds"),
    ("vacuum_truncate", "boolean"),
];

/// Words that are written in lower case.
pub(super) fn lower(list: &mut List, words: &[&str]) {
    for word in words {
        let insert = Insert::Text((*word).to_owned());
        list.other(word, plain((*word).to_owned(), CompletionKind::Keyword, insert));
    }
}

/// Words with what they mean.
pub(super) fn described(list: &mut List, words: &[(&str, &str)]) {
    for (word, about) in words {
        let insert = Insert::Text((*word).to_owned());
        let completion = Completion {
            detail: (!about.is_empty()).then(|| (*about).to_owned()),
            ..plain((*word).to_owned(), CompletionKind::Keyword, insert)
        };
        list.other(word, completion);
    }
}
