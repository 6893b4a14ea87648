//! Safe patterns as snippets.

/// A pattern to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snippet {
    /// What is typed for it: one word of SQL.
    pub prefix: &'static str,
    /// What it does, as an imperative.
    pub title: &'static str,
    /// The pattern, in the protocol's snippet syntax.
    pub body: &'static str,
    /// Where it belongs.
    pub place: SnippetPlace,
}

/// Where a pattern belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnippetPlace {
    /// In a migration that goes forward.
    Migration,
    /// In a migration of its own, which runs outside a transaction.
    Alone,
    /// In a migration that goes back.
    Rollback,
    /// Where a schema is created from nothing, or in any script.
    Anywhere,
}

impl Snippet {
    /// The pattern with its placeholders replaced by their defaults: SQL that can be read.
    pub fn filled(&self) -> String {
        let mut text = String::new();
        let mut rest = self.body;
        let mut depth = 0usize;
        while let Some(c) = rest.chars().next() {
            let escaped = rest.strip_prefix('\\').and_then(|tail| tail.chars().next());
            let skipped = if let Some(escaped) = escaped {
                text.push(escaped);
                1 + escaped.len_utf8()
            } else if c == '$' {
                let (length, opens) = placeholder(rest);
                depth += usize::from(opens);
                length
            } else if c == '}' && depth > 0 {
                depth -= 1;
                1
            } else {
                text.push(c);
                c.len_utf8()
            };
            rest = rest.get(skipped..).unwrap_or_default();
        }
        text
    }
}

/// How many bytes of `$1`, `${1}` or `${1:` come before the default, and whether a default follows.
fn placeholder(text: &str) -> (usize, bool) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    match text.strip_prefix("${") {
        Some(inner) => {
            let number = digits(inner);
            let has_default = inner.get(number..).is_some_and(|rest| rest.starts_with(':'));
            (3 + number, has_default)
        }
        None => (1 + digits(text.get(1..).unwrap_or_default()), false),
    }
}

const fn migration(prefix: &'static str, title: &'static str, body: &'static str) -> Snippet {
    Snippet {
        prefix,
        title,
        body,
        place: SnippetPlace::Migration,
    }
}

const fn alone(prefix: &'static str, title: &'static str, body: &'static str) -> Snippet {
    Snippet {
        prefix,
        title,
        body,
        place: SnippetPlace::Alone,
    }
}

const fn anywhere(prefix: &'static str, title: &'static str, body: &'static str) -> Snippet {
    Snippet {
        prefix,
        title,
        body,
        place: SnippetPlace::Anywhere,
    }
}

const fn rollback(prefix: &'static str, title: &'static str, body: &'static str) -> Snippet {
    Snippet {
        prefix,
        title,
        body,
        place: SnippetPlace::Rollback,
    }
}

/// All of them. Those of more than one statement that must not share a transaction say so in a comment.
pub const SNIPPETS: &[Snippet] = &[
    migration(
        "lock_timeout",
        "Give up instead of queueing behind a lock",
        "SET lock_timeout = '${1:2s}';\nSET statement_timeout = '${2:30s}';\n$0",
    ),
    alone(
        "index_concurrently",
        "Create an index without blocking writes",
        "-- In a migration of its own that runs outside a transaction.\nCREATE INDEX CONCURRENTLY ${1:orders_customer_id_idx}\n    ON ${2:orders} (${3:customer_id});\n$0",
    ),
    alone(
        "unique_concurrently",
        "Add a unique constraint from an index that was built without blocking writes",
        "-- In a migration of its own that runs outside a transaction.\nCREATE UNIQUE INDEX CONCURRENTLY ${1:orders_number_key}\n    ON ${2:orders} (${3:number});\n$0",
    ),
    migration(
        "unique_using_index",
        "Make a unique index a constraint",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders}\n    ADD CONSTRAINT ${2:orders_number_key} UNIQUE USING INDEX ${3:orders_number_idx};\n$0",
    ),
    migration(
        "foreign_key_not_valid",
        "Add a foreign key without checking rows under its lock",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders}\n    ADD CONSTRAINT ${2:orders_customer_id_fkey}\n    FOREIGN KEY (${3:customer_id}) REFERENCES ${4:customers} (${5:id}) NOT VALID;\n$0",
    ),
    migration(
        "check_not_valid",
        "Add a CHECK without checking rows under its lock",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders}\n    ADD CONSTRAINT ${2:orders_total_check} CHECK (${3:total >= 0}) NOT VALID;\n$0",
    ),
    migration(
        "validate_constraint",
        "Check rows for a constraint that was added NOT VALID",
        "-- In a later migration than the one that adds it.\nSET lock_timeout = '2s';\nALTER TABLE ${1:orders} VALIDATE CONSTRAINT ${2:orders_total_check};\n$0",
    ),
    migration(
        "not_null_1_check",
        "Begin SET NOT NULL with a CHECK that isn't valid yet",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders}\n    ADD CONSTRAINT ${2:orders_note_not_null} CHECK (${3:note} IS NOT NULL) NOT VALID;\n$0",
    ),
    migration(
        "not_null_2_set",
        "Finish SET NOT NULL: a valid CHECK spares the scan",
        "-- In a later migration than the one that validates the CHECK.\nSET lock_timeout = '2s';\nALTER TABLE ${1:orders} ALTER COLUMN ${2:note} SET NOT NULL;\nALTER TABLE ${1:orders} DROP CONSTRAINT ${3:orders_note_not_null};\n$0",
    ),
    migration(
        "add_column_default",
        "Add a column with a constant default, which rewrites nothing",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders} ADD COLUMN ${2:is_paid} ${3:boolean} NOT NULL DEFAULT ${4:false};\n$0",
    ),
    migration(
        "add_column",
        "Add a column that may be null",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders} ADD COLUMN ${2:note} ${3:text};\n$0",
    ),
    migration(
        "backfill_batch",
        "Fill a column in batches; run it until it changes no row",
        "UPDATE ${1:orders}\nSET ${2:note} = ${3:''}\nWHERE ${4:id} IN (\n    SELECT ${4:id}\n    FROM ${1:orders}\n    WHERE ${2:note} IS NULL\n    ORDER BY ${4:id}\n    LIMIT ${5:1000}\n    FOR UPDATE SKIP LOCKED\n);\n$0",
    ),
    migration(
        "enum_value",
        "Add a value to an enum",
        "-- The value can be used in later migrations only.\nALTER TYPE ${1:order_status} ADD VALUE IF NOT EXISTS '${2:refunded}';\n$0",
    ),
    migration(
        "rename_1_expand",
        "Begin a rename: add the new column and keep both alike",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders} ADD COLUMN ${3:remark} ${4:text};\n\nCREATE FUNCTION ${1:orders}_keep_${3:remark}() RETURNS trigger\nLANGUAGE plpgsql\nAS \\$\\$\nBEGIN\n    IF TG_OP = 'INSERT' THEN\n        NEW.${3:remark} := coalesce(NEW.${3:remark}, NEW.${2:note});\n        NEW.${2:note} := coalesce(NEW.${2:note}, NEW.${3:remark});\n    ELSIF NEW.${2:note} IS DISTINCT FROM OLD.${2:note} THEN\n        NEW.${3:remark} := NEW.${2:note};\n    ELSIF NEW.${3:remark} IS DISTINCT FROM OLD.${3:remark} THEN\n        NEW.${2:note} := NEW.${3:remark};\n    END IF;\n    RETURN NEW;\nEND\n\\$\\$;\n\nCREATE TRIGGER ${1:orders}_keep_${3:remark}\n    BEFORE INSERT OR UPDATE ON ${1:orders}\n    FOR EACH ROW EXECUTE FUNCTION ${1:orders}_keep_${3:remark}();\n$0",
    ),
    migration(
        "rename_2_contract",
        "Finish a rename: stop keeping both columns alike",
        "-- Once nothing uses the old column any more; it goes in a later migration.\nSET lock_timeout = '2s';\nDROP TRIGGER ${1:orders}_keep_${2:remark} ON ${1:orders};\nDROP FUNCTION ${1:orders}_keep_${2:remark}();\n$0",
    ),
    migration(
        "updated_at_trigger",
        "Keep updated_at by a trigger",
        "SET lock_timeout = '2s';\nCREATE FUNCTION ${1:set_updated_at}() RETURNS trigger\nLANGUAGE plpgsql\nAS \\$\\$\nBEGIN\n    NEW.updated_at := now();\n    RETURN NEW;\nEND\n\\$\\$;\n\nCREATE TRIGGER ${2:orders}_${1:set_updated_at}\n    BEFORE UPDATE ON ${2:orders}\n    FOR EACH ROW EXECUTE FUNCTION ${1:set_updated_at}();\n$0",
    ),
    migration(
        "rls_policy",
        "Let each tenant see its rows alone",
        "SET lock_timeout = '2s';\nCREATE POLICY ${2:tenant_isolation} ON ${1:orders}\n    USING (${3:tenant_id} = (SELECT current_setting('${4:app.tenant_id}')::${5:bigint}))\n    WITH CHECK (${3:tenant_id} = (SELECT current_setting('${4:app.tenant_id}')::${5:bigint}));\nALTER TABLE ${1:orders} ENABLE ROW LEVEL SECURITY;\n$0",
    ),
    anywhere(
        "create_table",
        "Create a table with an identity key",
        "CREATE TABLE ${1:products} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    ${2:name} ${3:text} NOT NULL,\n    created_at timestamptz NOT NULL DEFAULT now()\n);\n$0",
    ),
    anywhere(
        "create_enum",
        "Create an enum",
        "CREATE TYPE ${1:product_state} AS ENUM ('${2:draft}', '${3:published}');\n$0",
    ),
    anywhere(
        "create_function",
        "Create a function in PL/pgSQL",
        "CREATE FUNCTION ${1:add_tax}(${2:amount numeric}) RETURNS ${3:numeric}\nLANGUAGE plpgsql\n${4:IMMUTABLE}\nAS \\$\\$\nBEGIN\n    RETURN ${5:amount * 1.2};\nEND\n\\$\\$;\n$0",
    ),
    anywhere(
        "create_view",
        "Create a view",
        "CREATE VIEW ${1:open_orders} AS\nSELECT ${2:id}\nFROM ${3:orders}\nWHERE ${4:note IS NULL};\n$0",
    ),
    anywhere(
        "comment_table",
        "Say what a table is",
        "COMMENT ON TABLE ${1:orders} IS '${2:What customers bought}';\n$0",
    ),
    anywhere(
        "upsert",
        "Insert a row, or change the one that is there",
        "INSERT INTO ${1:orders} (${2:number}, ${3:note})\nVALUES (${4:1}, ${5:'a'})\nON CONFLICT (${2:number}) DO UPDATE SET ${3:note} = excluded.${3:note};\n$0",
    ),
    anywhere(
        "do_block",
        "Run a block of PL/pgSQL",
        "DO \\$\\$\nBEGIN\n    ${1:NULL};\nEND\n\\$\\$;\n$0",
    ),
    rollback(
        "down_table",
        "Take a table back",
        "SET lock_timeout = '2s';\nDROP TABLE IF EXISTS ${1:products};\n$0",
    ),
    rollback(
        "down_column",
        "Take a column back",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders} DROP COLUMN IF EXISTS ${2:note};\n$0",
    ),
    rollback(
        "down_index",
        "Take an index back without blocking writes",
        "-- In a migration of its own that runs outside a transaction.\nDROP INDEX CONCURRENTLY IF EXISTS ${1:orders_customer_id_idx};\n$0",
    ),
    rollback(
        "down_constraint",
        "Take a constraint back",
        "SET lock_timeout = '2s';\nALTER TABLE ${1:orders} DROP CONSTRAINT IF EXISTS ${2:orders_total_check};\n$0",
    ),
];
