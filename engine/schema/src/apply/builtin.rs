//! What every database has, and what well-known extensions bring: names that no file defines.

/// Types of `pg_catalog` (PostgreSQL 18), sorted.
const TYPES: &[&str] = &[
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "bit",
    "bool",
    "box",
    "bpchar",
    "bytea",
    "char",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "event_trigger",
    "fdw_handler",
    "float4",
    "float8",
    "gtsvector",
    "index_am_handler",
    "inet",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "table_am_handler",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "trigger",
    "tsm_handler",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "unknown",
    "uuid",
    "varbit",
    "varchar",
    "void",
    "xid",
    "xid8",
    "xml",
];

/// Types that extensions bring, by extension: where an extension puts them isn't in the files.
const EXTENSION_TYPES: &[(&str, &[&str])] = &[
    ("citext", &["citext"]),
    ("hstore", &["hstore"]),
    ("ltree", &["ltree", "lquery", "ltxtquery"]),
    (
        "postgis",
        &["geometry", "geography", "box2d", "box3d", "spheroid"],
    ),
    ("postgis_raster", &["raster", "rastbandarg"]),
    ("postgis_topology", &["topogeometry"]),
    ("vector", &["vector", "halfvec", "sparsevec"]),
    ("cube", &["cube"]),
    ("seg", &["seg"]),
    (
        "isn",
        &[
            "ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc",
        ],
    ),
    ("earthdistance", &["earth"]),
    ("lo", &["lo"]),
    ("intarray", &["query_int"]),
    ("pg_trgm", &["gtrgm"]),
    ("ip4r", &["ip4", "ip4r", "ip6", "ip6r", "ipaddress", "iprange"]),
    ("semver", &["semver", "semverrange"]),
    ("hll", &["hll"]),
    ("tdigest", &["tdigest"]),
    ("h3", &["h3index"]),
    ("roaringbitmap", &["roaringbitmap"]),
    ("uri", &["uri"]),
    ("pg_uuidv7", &["uuidv7"]),
];

/// Operator classes of PostgreSQL's own that a type has by default, sorted, whatever the access method.
const DEFAULT_OPCLASSES: &[&str] = &[
    "aclitem_ops",
    "array_ops",
    "bit_minmax_ops",
    "bit_ops",
    "bool_ops",
    "box_inclusion_ops",
    "box_ops",
    "bpchar_minmax_ops",
    "bpchar_ops",
    "bytea_minmax_ops",
    "bytea_ops",
    "char_minmax_ops",
    "char_ops",
    "cid_ops",
    "circle_ops",
    "date_minmax_ops",
    "date_ops",
    "enum_ops",
    "float4_minmax_ops",
    "float4_ops",
    "float8_minmax_ops",
    "float8_ops",
    "inet_inclusion_ops",
    "inet_ops",
    "int2_minmax_ops",
    "int2_ops",
    "int4_minmax_ops",
    "int4_ops",
    "int8_minmax_ops",
    "int8_ops",
    "interval_minmax_ops",
    "interval_ops",
    "jsonb_ops",
    "macaddr8_minmax_ops",
    "macaddr8_ops",
    "macaddr_minmax_ops",
    "macaddr_ops",
    "money_ops",
    "multirange_ops",
    "name_minmax_ops",
    "name_ops",
    "numeric_minmax_ops",
    "numeric_ops",
    "oid_minmax_ops",
    "oid_ops",
    "oidvector_ops",
    "pg_lsn_minmax_ops",
    "pg_lsn_ops",
    "point_ops",
    "poly_ops",
    "quad_point_ops",
    "range_inclusion_ops",
    "range_ops",
    "record_ops",
    "text_minmax_ops",
    "text_ops",
    "tid_minmax_ops",
    "tid_ops",
    "time_minmax_ops",
    "time_ops",
    "timestamp_minmax_ops",
    "timestamp_ops",
    "timestamptz_minmax_ops",
    "timestamptz_ops",
    "timetz_minmax_ops",
    "timetz_ops",
    "tsquery_ops",
    "tsvector_ops",
    "uuid_minmax_ops",
    "uuid_ops",
    "varbit_minmax_ops",
    "varbit_ops",
    "xid8_ops",
    "xid_ops",
];

/// Trigger functions of `pg_catalog` that people name.
const TRIGGER_FUNCTIONS: &[&str] = &[
    "suppress_redundant_updates_trigger",
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
];

/// Whether `pg_catalog` has a type of that name, which an unqualified name then means.
pub(super) fn is_type(name: &str) -> bool {
    TYPES.binary_search(&name).is_ok()
}

/// Whether a well-known extension has a type of that name.
pub(super) fn is_extension_type(name: &str) -> bool {
    EXTENSION_TYPES.iter().any(|(_, types)| types.contains(&name))
}

/// The types that an extension brings.
pub(super) fn types_of_extension(extension: &str) -> &'static [&'static str] {
    EXTENSION_TYPES
        .iter()
        .find(|(name, _)| *name == extension)
        .map_or(&[], |(_, types)| types)
}

/// Whether an operator class is the one that is taken anyway, so that naming it says nothing.
pub(super) fn is_default_opclass(method: &str, opclass: &str) -> bool {
    // `inet_ops` is the default everywhere but in GiST.
    let exception = method == "gist" && opclass == "inet_ops";
    !exception && DEFAULT_OPCLASSES.binary_search(&opclass).is_ok()
}

/// Whether `pg_catalog` has a trigger function of that name.
pub(super) fn is_trigger_function(name: &str) -> bool {
    TRIGGER_FUNCTIONS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(TYPES.is_sorted());
        assert!(DEFAULT_OPCLASSES.is_sorted());
    }
}
