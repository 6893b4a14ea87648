//! Writes projects of realistic size, for benches and tests: always the same for the same arguments, and valid on a real
//! server (PostgreSQL 13 and newer) in load order.
//!
//! ```text
//! printoptim DIR                   1,256 files in db/0_schema with their confiture.yaml
//! printoptim DIR tables 1000       one schema of 1,000 tables, a file each
//! printoptim DIR statements 10000  one file of 10,000 statements
//! ```
#![allow(unreachable_pub, reason = "benches and tests take this file as a module")]

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// The number of files of the generated PrintOptim.
pub const FILES: usize = 1_256;

const CONFIG: &str = "\
# PrintOptim
environment:
  name: production
  # Dependencies first.
  load_order:
    - db/0_schema/00_common/000_security      # Roles first
    - db/0_schema/00_common/001_extensions    # PL/pgSQL, etc
    - db/0_schema/00_common/001_functions     # Helper functions
    - db/0_schema/00_common/002_versioning    # Version tracking
    - db/0_schema/00_common/**/*              # Rest of common
    - db/0_schema/01_write_side/**/*          # Write side
    - db/0_schema/02_query_side/**/*          # Read side
    - db/0_schema/03_functions/**/*           # Stored procedures
    - db/0_schema/019_prep_seed/**/*          # Seed data last
  linting:
    multi_tenant:
      enabled: true
      required_column: tenant_id
      exempt_tables: [audit_*, entity_change_log, system_*, w_tenant, tb_version]
    naming_conventions:
      write_side: \"^w_\"
      read_side: \"^r_\"
      functions: \"^fn_\"
";

const AREAS: [(&str, [&str; 5]); 10] = [
    ("sales", ["customer", "order", "quote", "price_list", "discount"]),
    (
        "inventory",
        ["item", "warehouse", "stock_move", "supplier", "delivery"],
    ),
    (
        "machine",
        ["machine", "model", "maintenance", "meter", "incident"],
    ),
    (
        "contract",
        ["contract", "contract_line", "renewal", "service_level", "penalty"],
    ),
    ("organization", ["unit", "person", "team", "position", "absence"]),
    ("location", ["site", "building", "floor", "room", "address"]),
    (
        "accounting",
        ["invoice", "payment", "ledger", "tax_rate", "budget"],
    ),
    ("printing", ["print_job", "paper", "ink", "finishing", "layout"]),
    ("network", ["device", "gateway", "subnet", "firmware", "probe"]),
    ("catalog", ["product", "category", "feature", "bundle", "brand"]),
];

/// What hangs on each of the nouns above.
const FACETS: [&str; 6] = ["", "_note", "_history", "_document", "_price", "_link"];

const TABLES: usize = 260;
const QUERY_FILES: usize = 200;
const FUNCTION_FILES: usize = 150;

/// A table of the write side.
struct Table {
    area: usize,
    name: String,
    /// The table that its foreign key refers to.
    parent: Option<String>,
}

/// Writes PrintOptim; returns the number of SQL files.
pub fn write_printoptim(root: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(root)?;
    std::fs::write(root.join("confiture.yaml"), CONFIG)?;
    let mut out = Files {
        root: root.join("db/0_schema"),
        count: 0,
    };
    let tables = tables(TABLES);
    common(&mut out)?;
    for (at, table) in tables.iter().enumerate() {
        let folder = format!(
            "01_write_side/{:02}0_{}/{at:04}_{}",
            table.area, AREAS[table.area].0, table.name
        );
        out.write(&format!("{folder}/1_table.sql"), &table_sql(table, at))?;
        out.write(&format!("{folder}/2_indexes.sql"), &index_sql(table, at))?;
        out.write(&format!("{folder}/3_comments.sql"), &comment_sql(table))?;
    }
    for (at, table) in tables.iter().enumerate().take(QUERY_FILES) {
        let path = format!(
            "02_query_side/{:02}0_{}/{at:04}_r_{}.sql",
            table.area, AREAS[table.area].0, table.name
        );
        out.write(&path, &query_sql(table, at))?;
    }
    for (at, table) in tables.iter().enumerate().take(FUNCTION_FILES) {
        let path = format!(
            "03_functions/{}/{at:04}_fn_{}.sql",
            AREAS[table.area].0, table.name
        );
        out.write(&path, &function_sql(table))?;
    }
    out.write("019_prep_seed/000_tenants.sql", &tenants_sql())?;
    let mut at = 1;
    while out.count < FILES {
        let table = &tables[at];
        out.write(
            &format!("019_prep_seed/{at:03}_{}.sql", table.name),
            &seed_sql(table, at),
        )?;
        at += 1;
    }
    Ok(out.count)
}

/// Writes a schema of `count` tables, a file each, as `db/schema/NNNN_name.sql`.
pub fn write_tables(root: &Path, count: usize) -> io::Result<usize> {
    let mut out = Files {
        root: root.join("db/schema"),
        count: 0,
    };
    let mut first = helpers_sql();
    first += "CREATE TYPE record_status AS ENUM ('draft', 'active', 'archived');\n";
    out.write("00000_helpers.sql", &first)?;
    for (at, table) in tables(count).iter().enumerate() {
        let sql = table_sql(table, at) + &index_sql(table, at) + &comment_sql(table);
        out.write(&format!("{:05}_{}.sql", at + 1, table.name), &sql)?;
    }
    Ok(out.count)
}

/// One file's text with exactly `count` statements.
pub fn statements(count: usize) -> String {
    let mut out = String::new();
    let mut written = 0;
    let mut push = |sql: String| {
        if written < count {
            out += &sql;
            written += 1;
        }
        written < count
    };
    let mut at = 0;
    loop {
        let name = format!("t_{at:05}");
        let more = [
            format!("CREATE TABLE {name} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    tenant_id uuid NOT NULL,\n    code text NOT NULL,\n    total numeric(19, 2) DEFAULT 0,\n    created_at timestamptz NOT NULL DEFAULT now()\n);\n"),
            format!("COMMENT ON TABLE {name} IS 'Table number {at}';\n"),
            format!("CREATE INDEX {name}_tenant_idx ON {name} (tenant_id, created_at DESC);\n"),
            format!("ALTER TABLE {name} ADD COLUMN note text;\n"),
            format!("ALTER TABLE {name} ADD CONSTRAINT {name}_total_check CHECK (total >= 0) NOT VALID;\n"),
            format!("INSERT INTO {name} (tenant_id, code, total)\nSELECT gen_random_uuid(), 'code-' || n, n * 1.5 FROM generate_series(1, 3) AS n;\n"),
            format!("UPDATE {name} SET note = lower(code) WHERE total > {at} AND note IS NULL;\n"),
            format!("ALTER TABLE {name} VALIDATE CONSTRAINT {name}_total_check;\n"),
            format!("CREATE VIEW v_{at:05} AS\nSELECT t.id, t.code, count(*) OVER (PARTITION BY t.tenant_id) AS siblings\nFROM {name} AS t WHERE t.total IS NOT NULL;\n"),
            format!("ALTER TABLE {name} ALTER COLUMN code SET DEFAULT 'none';\n"),
        ]
        .into_iter()
        .all(&mut push);
        if !more {
            return out;
        }
        at += 1;
    }
}

struct Files {
    root: std::path::PathBuf,
    count: usize,
}

impl Files {
    fn write(&mut self, path: &str, sql: &str) -> io::Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        self.count += 1;
        std::fs::write(path, sql)
    }
}

fn tables(count: usize) -> Vec<Table> {
    let per_area = count.div_ceil(AREAS.len());
    let mut out: Vec<Table> = Vec::with_capacity(count);
    for at in 0..count {
        let area = at / per_area;
        let (noun, facet) = (at % 5, (at % per_area) / 5);
        let base = AREAS[area].1[noun];
        let name = match (at, FACETS.get(facet)) {
            (0, _) => "tenant".to_owned(),
            (_, Some(suffix)) => format!("{}_{base}{suffix}", AREAS[area].0),
            (_, None) => format!("{}_{base}_{facet}", AREAS[area].0),
        };
        // A facet belongs to its noun; a noun to the one before it in its area.
        let parent = match (at, facet) {
            (0, _) => None,
            (_, 0) if noun == 0 => None,
            (_, 0) => Some(out[at - 1].name.clone()),
            _ => Some(out[at - 5].name.clone()),
        };
        // Every table refers to its tenant already.
        let parent = parent.filter(|parent| parent != "tenant");
        out.push(Table { area, name, parent });
    }
    out
}

fn common(out: &mut Files) -> io::Result<()> {
    for (at, role) in ["owner", "writer", "reader", "auditor", "batch", "support"]
        .iter()
        .enumerate()
    {
        let sql = format!(
            "-- Roles outlive databases: only what is missing is made.\nDO $$\nBEGIN\n    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'printoptim_{role}') THEN\n        CREATE ROLE printoptim_{role} NOLOGIN;\n    END IF;\nEND\n$$;\n"
        );
        out.write(&format!("00_common/000_security/{at:03}_{role}.sql"), &sql)?;
    }
    for (at, name) in ["pgcrypto", "pg_trgm", "btree_gist", "unaccent"]
        .iter()
        .enumerate()
    {
        out.write(
            &format!("00_common/001_extensions/{at:03}_{name}.sql"),
            &format!("CREATE EXTENSION IF NOT EXISTS {name};\n"),
        )?;
    }
    out.write("00_common/001_functions/000_helpers.sql", &helpers_sql())?;
    for at in 1..30 {
        let sql = format!(
            "CREATE OR REPLACE FUNCTION fn_format_{at}(p_value numeric, p_digits integer DEFAULT {digits})\nRETURNS text\nLANGUAGE sql IMMUTABLE PARALLEL SAFE\nAS $$\n    SELECT to_char(round(p_value, p_digits), 'FM999G999G990D00') || ' #{at}';\n$$;\n\nCOMMENT ON FUNCTION fn_format_{at}(numeric, integer) IS 'Formats an amount, variant {at}';\n",
            digits = at % 4
        );
        out.write(
            &format!("00_common/001_functions/{at:03}_fn_format_{at}.sql"),
            &sql,
        )?;
    }
    out.write(
        "00_common/002_versioning/000_tb_version.sql",
        "CREATE TABLE tb_version (\n    version text PRIMARY KEY,\n    applied_at timestamptz NOT NULL DEFAULT now()\n);\n\nCOMMENT ON TABLE tb_version IS 'Versions of the schema';\n",
    )?;
    for at in 1..6 {
        let sql =
            format!("INSERT INTO tb_version (version) VALUES ('2024.{at}.0') ON CONFLICT DO NOTHING;\n");
        out.write(&format!("00_common/002_versioning/{at:03}_version.sql"), &sql)?;
    }
    types(out)
}

fn types(out: &mut Files) -> io::Result<()> {
    out.write(
        "00_common/003_types/000_record_status.sql",
        "CREATE TYPE record_status AS ENUM ('draft', 'active', 'archived');\n",
    )?;
    for at in 1..24 {
        let sql = match at % 3 {
            0 => format!(
                "CREATE DOMAIN ty_code_{at} AS varchar({}) CHECK (VALUE ~ '^[A-Z0-9_-]+$');\n",
                10 + at
            ),
            1 => format!("CREATE TYPE ty_kind_{at} AS ENUM ('small', 'medium', 'large', 'kind_{at}');\n"),
            _ => format!("CREATE TYPE ty_range_{at} AS (valid_from date, valid_to date, note text);\n"),
        };
        out.write(&format!("00_common/003_types/{at:03}_type.sql"), &sql)?;
    }
    for at in 0..10 {
        let sql = format!(
            "CREATE TABLE system_setting_{at} (\n    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,\n    key text NOT NULL UNIQUE,\n    value jsonb NOT NULL DEFAULT '{{}}'::jsonb\n);\n\nCOMMENT ON TABLE system_setting_{at} IS 'Settings, group {at}';\n"
        );
        out.write(&format!("00_common/004_config/{at:03}_setting.sql"), &sql)?;
    }
    Ok(())
}

fn helpers_sql() -> String {
    "CREATE OR REPLACE FUNCTION fn_set_updated_at()\nRETURNS trigger\nLANGUAGE plpgsql\nAS $$\nBEGIN\n    NEW.updated_at := now();\n    RETURN NEW;\nEND;\n$$;\n\nCOMMENT ON FUNCTION fn_set_updated_at() IS 'Keeps updated_at true';\n\n".to_owned()
}

fn table_sql(table: &Table, at: usize) -> String {
    let name = &table.name;
    let mut sql = format!(
        "-- {} of {}\nCREATE TABLE w_{name} (\n    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n",
        name, AREAS[table.area].0
    );
    if at > 0 {
        sql += "    tenant_id uuid NOT NULL REFERENCES w_tenant (id),\n";
    }
    if let Some(parent) = &table.parent {
        let action = if at.is_multiple_of(3) {
            " ON DELETE CASCADE"
        } else {
            ""
        };
        let _ = writeln!(sql, "    {parent}_id uuid REFERENCES w_{parent} (id){action},");
    }
    sql += "    code text NOT NULL,\n    name varchar(200) NOT NULL,\n    status record_status NOT NULL DEFAULT 'draft',\n";
    for column in 0..at % 6 {
        sql += &match column {
            0 => "    amount numeric(19, 2) NOT NULL DEFAULT 0,\n".to_owned(),
            1 => "    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,\n".to_owned(),
            2 => "    valid_from date,\n    valid_to date,\n".to_owned(),
            3 => "    tags text[] NOT NULL DEFAULT ARRAY[]::text[],\n".to_owned(),
            _ => format!(
                "    rank_{column} integer CHECK (rank_{column} BETWEEN 0 AND {}),\n",
                100 + at
            ),
        };
    }
    let scope = if at > 0 { "tenant_id, code" } else { "code" };
    let _ = write!(
        sql,
        "    created_at timestamptz NOT NULL DEFAULT now(),\n    updated_at timestamptz NOT NULL DEFAULT now(),\n    CONSTRAINT uq_{name}_code UNIQUE ({scope})"
    );
    if at % 6 > 2 {
        let _ = write!(
            sql,
            ",\n    CONSTRAINT ck_{name}_valid CHECK (valid_to IS NULL OR valid_to >= valid_from)"
        );
    }
    sql += "\n);\n\n";
    sql
}

fn index_sql(table: &Table, at: usize) -> String {
    let name = &table.name;
    let mut sql = format!("CREATE INDEX idx_{name}_created ON w_{name} (created_at DESC);\n");
    if at > 0 {
        let _ = writeln!(sql, "CREATE INDEX idx_{name}_tenant ON w_{name} (tenant_id);");
    }
    if let Some(parent) = &table.parent {
        let _ = writeln!(sql, "CREATE INDEX idx_{name}_parent ON w_{name} ({parent}_id);");
    }
    if at.is_multiple_of(4) {
        let _ = writeln!(
            sql,
            "CREATE INDEX idx_{name}_active ON w_{name} (lower(name)) WHERE status = 'active';"
        );
    }
    if at % 6 > 1 {
        let _ = writeln!(
            sql,
            "CREATE INDEX idx_{name}_metadata ON w_{name} USING gin (metadata);"
        );
    }
    sql
}

fn comment_sql(table: &Table) -> String {
    let name = &table.name;
    format!(
        "\nCOMMENT ON TABLE w_{name} IS 'Write side: {text}';\nCOMMENT ON COLUMN w_{name}.code IS 'Unique within a tenant';\nCOMMENT ON COLUMN w_{name}.status IS 'draft, active or archived; it''s never null';\n\nCREATE TRIGGER tr_{name}_updated\n    BEFORE UPDATE ON w_{name}\n    FOR EACH ROW EXECUTE FUNCTION fn_set_updated_at();\n",
        text = name.replace('_', " ")
    )
}

fn query_sql(table: &Table, at: usize) -> String {
    let name = &table.name;
    let (join, columns) = match &table.parent {
        Some(parent) => (
            format!("\nLEFT JOIN w_{parent} AS p ON p.id = w.{parent}_id"),
            ",\n    p.code AS parent_code,\n    p.name AS parent_name",
        ),
        None => (String::new(), ""),
    };
    let tenant = if at == 0 { "id" } else { "tenant_id" };
    let query = format!(
        "SELECT\n    w.id,\n    w.{tenant} AS tenant_id,\n    w.code,\n    w.name,\n    w.status,\n    count(*) OVER (PARTITION BY w.{tenant}) AS siblings{columns}\nFROM w_{name} AS w{join}\nWHERE w.status <> 'archived'"
    );
    match at % 5 {
        0 => format!(
            "CREATE MATERIALIZED VIEW r_{name} AS\n{query}\nWITH NO DATA;\n\nCREATE UNIQUE INDEX uq_r_{name} ON r_{name} (id);\n\nCOMMENT ON MATERIALIZED VIEW r_{name} IS 'Read side of w_{name}';\n"
        ),
        1 => format!(
            "CREATE TABLE r_{name} (\n    id uuid PRIMARY KEY,\n    tenant_id uuid NOT NULL,\n    code text,\n    total numeric(19, 2) NOT NULL DEFAULT 0,\n    refreshed_at timestamptz NOT NULL DEFAULT now()\n);\n\nCREATE INDEX idx_r_{name}_tenant ON r_{name} (tenant_id);\n\nCOMMENT ON TABLE r_{name} IS 'Read side of w_{name}';\n"
        ),
        _ => format!(
            "CREATE VIEW r_{name} AS\n{query};\n\nCOMMENT ON VIEW r_{name} IS 'Read side of w_{name}';\n"
        ),
    }
}

fn function_sql(table: &Table) -> String {
    let name = &table.name;
    let (scope, columns, values) = match name.as_str() {
        "tenant" => ("", "", ""),
        _ => ("p_tenant_id uuid, ", "tenant_id, ", "p_tenant_id, "),
    };
    format!(
        "CREATE OR REPLACE FUNCTION fn_create_{name}({scope}p_code text, p_name text)\nRETURNS uuid\nLANGUAGE plpgsql\nAS $$\nDECLARE\n    v_id uuid;\nBEGIN\n    IF p_code IS NULL OR p_code = '' THEN\n        RAISE EXCEPTION 'a code is needed for %', '{name}' USING ERRCODE = '22023';\n    END IF;\n    INSERT INTO w_{name} ({columns}code, name)\n    VALUES ({values}p_code, p_name)\n    RETURNING id INTO v_id;\n    RETURN v_id;\nEXCEPTION\n    WHEN unique_violation THEN\n        SELECT id INTO v_id FROM w_{name} WHERE code = p_code LIMIT 1;\n        RETURN v_id;\nEND;\n$$;\n"
    )
}

fn tenants_sql() -> String {
    let mut sql = "INSERT INTO w_tenant (id, code, name, status) VALUES\n".to_owned();
    for at in 1..=20 {
        let end = if at == 20 { ";\n" } else { ",\n" };
        let _ = write!(
            sql,
            "    ('00000000-0000-0000-0000-{at:012}', 'T{at:03}', 'Tenant number {at}', 'active'){end}"
        );
    }
    sql
}

fn seed_sql(table: &Table, at: usize) -> String {
    let mut sql = format!("INSERT INTO w_{} (tenant_id, code, name) VALUES\n", table.name);
    let rows = 40 + at % 7;
    for row in 1..=rows {
        let end = if row == rows {
            "\nON CONFLICT DO NOTHING;\n"
        } else {
            ",\n"
        };
        let tenant = 1 + row % 20;
        let _ = write!(
            sql,
            "    ('00000000-0000-0000-0000-{tenant:012}', 'S{at}-{row}', 'Seed {row} of {}'){end}",
            table.name
        );
    }
    sql
}

#[allow(dead_code, reason = "benches and tests take this file as a module")]
fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &str| text.parse::<usize>().map_err(io::Error::other);
    let [root, rest @ ..] = &arguments[..] else {
        return Err(io::Error::other(
            "usage: printoptim DIR [tables N | statements N]",
        ));
    };
    let root = Path::new(root);
    match rest {
        [] => write_printoptim(root).map(drop),
        [mode, count] if mode == "tables" => write_tables(root, number(count)?).map(drop),
        [mode, count] if mode == "statements" => {
            std::fs::create_dir_all(root)?;
            std::fs::write(root.join("statements.sql"), statements(number(count)?))
        }
        _ => Err(io::Error::other(
            "usage: printoptim DIR [tables N | statements N]",
        )),
    }
}
