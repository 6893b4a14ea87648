//! What has to be known of types: which are domains, and of what.

use confiture_schema::catalog::{QualName, TypeKind};
use confiture_schema::expr::Expr;
use confiture_schema::types::SqlType;
use confiture_syntax::Name;

use super::Predictor;

impl Predictor<'_> {
    /// What adding a column of a type has to know of it.
    pub(super) fn domain_facts(&self, ty: &SqlType) -> DomainFacts {
        if ty.array {
            return DomainFacts::NoDomain;
        }
        let mut at = ty.clone();
        let mut default = None;
        let mut found = false;
        for _ in 0..64 {
            match self.find_type(&at) {
                Some(TypeKind::Domain(domain)) => {
                    found = true;
                    if domain.not_null || !domain.checks.is_empty() {
                        return DomainFacts::Constrained;
                    }
                    default = default.or_else(|| domain.default.clone());
                    at = domain.base.clone();
                }
                Some(_) => break,
                None if is_builtin(&at) => break,
                None => return DomainFacts::Unknown,
            }
        }
        if found {
            DomainFacts::Unconstrained(default)
        } else {
            DomainFacts::NoDomain
        }
    }

    /// The catalog's type of a name, by the search path where it has no schema.
    pub(super) fn find_type(&self, ty: &SqlType) -> Option<&TypeKind> {
        Some(
            &self
                .find_type_name(ty)
                .and_then(|name| self.state.catalog.types.get(&name))?
                .kind,
        )
    }

    /// The full name of a user's type.
    pub(super) fn find_type_name(&self, ty: &SqlType) -> Option<QualName> {
        let named = |schema: &Name| QualName::new(schema.clone(), ty.name.clone());
        let there = |name: &QualName| self.catalog().types.contains_key(name);
        match &ty.schema {
            Some(schema) => Some(named(schema)).filter(there),
            None => self.state.session.search_path.iter().map(named).find(there),
        }
    }
}

/// What has to be known of a type that may be a domain.
pub(super) enum DomainFacts {
    /// A domain with NOT NULL or CHECK, itself or one beneath.
    Constrained,
    /// A domain without, with its default.
    Unconstrained(Option<Expr>),
    /// Another type.
    NoDomain,
    /// A type that isn't in the files.
    Unknown,
}

/// Whether a name without schema is one of PostgreSQL's types or one that a common extension brings: no domain.
pub(super) fn is_builtin(ty: &SqlType) -> bool {
    ty.schema.as_ref().is_none_or(|s| s.as_str() == "pg_catalog")
        && BUILTIN_TYPES
            .split_whitespace()
            .any(|name| name == ty.name.as_str())
}

/// PostgreSQL's types, and those of extensions that come with it or are common.
const BUILTIN_TYPES: &str = "
    aclitem bit bool box bpchar bytea char cid cidr circle citext cube date
    datemultirange daterange float4 float8 geography geometry halfvec hstore inet int2 int2vector
    int4 int4multirange int4range int8 int8multirange int8range interval json jsonb jsonpath line
    lseg lquery ltree macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path
    pg_lsn point polygon refcursor regclass regcollation regconfig regdictionary regnamespace
    regoper regoperator regproc regprocedure regrole regtype sparsevec text tid time timestamp
    timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot
    uuid varbit varchar vector xid xid8 xml
";
