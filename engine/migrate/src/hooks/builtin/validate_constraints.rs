//! Constraints that were added NOT VALID.

use std::sync::Arc;
use std::time::Instant;

use confiture_syntax::Name;
use serde_json::{Value, json};

use crate::hooks::support::names::{Relation, Wanted, find_all, shown};
use crate::hooks::support::queries::in_savepoint;
use crate::hooks::support::{count, go_on, progress};
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, ObjectName, Placement};

pub(super) static TYPE: HookType = HookType {
    name: "validate_constraints",
    summary: "Validates constraints that were added NOT VALID",
    docs: "\
`ALTER TABLE … VALIDATE CONSTRAINT …` for constraints that the catalog knows as not validated: foreign keys, checks, and from
PostgreSQL 18 on NOT NULL. Each reads its whole table under a lock that writers don't wait for. All are tried, and those that
rows violate are named in one error.

| setting | meaning | default |
|---|---|---|
| `tables` | the tables | all that are no system's |
| `constraints` | only constraints of these names; one that doesn't exist is an error | all that aren't validated |
| `run` | `in_transaction`: in the migration's transaction; `alone`: after it is committed, each by itself, so that no lock is held longer than one takes | `in_transaction` |

Its statistics are `validated`.

```yaml
hooks:
  after_ddl:
    - type: validate_constraints
      config:
        tables: [w_orders]
        run: alone
```",
    read,
};

/// The configured hook.
#[derive(Debug)]
struct ValidateConstraints {
    tables: Vec<ObjectName>,
    constraints: Vec<Name>,
    placement: Placement,
}

fn read(config: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let words = [
        ("in_transaction", Placement::InTransaction),
        ("alone", Placement::Alone),
    ];
    Some(Arc::new(ValidateConstraints {
        tables: config.objects("tables"),
        constraints: config.names("constraints"),
        placement: config.one_of("run", &words).unwrap_or(Placement::InTransaction),
    }))
}

/// A constraint that isn't validated, or is wanted by name.
struct Found {
    table: Relation,
    name: Name,
    is_valid: bool,
}

impl Hook for ValidateConstraints {
    fn placement(&self) -> Placement {
        self.placement
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let begun = Instant::now();
        let found = self.find(scope)?;
        let open: Vec<&Found> = found.iter().filter(|one| !one.is_valid).collect();
        let (mut validated, mut violated) = (Vec::<Value>::new(), Vec::new());
        let mut server = None;
        for (done, one) in open.iter().enumerate() {
            go_on(scope.interrupt, scope.deadline)?;
            let what = format!("validating {} of {}", one.name, one.table.name);
            progress(
                scope,
                &what,
                done as u64,
                Some(open.len() as u64),
                "constraints",
                begun,
            );
            let sql = format!(
                "ALTER TABLE {} VALIDATE CONSTRAINT {}",
                one.table.quoted(),
                one.name.quoted()
            );
            let result = match self.placement {
                Placement::InTransaction => in_savepoint(scope.session, |session| session.batch(&sql))?,
                Placement::Alone => scope.session.batch(&sql),
            };
            match result {
                Ok(()) => validated.push(json!(format!("{}.{}", one.table.name, one.name))),
                // Class 23: rows violate it. Anything else is no property of the data.
                Err(error) if error.sqlstate().is_some_and(|state| state.starts_with("23")) => {
                    violated.push(format!("{} of {}", one.name, one.table.name));
                    server = error.server().cloned().map(Box::new).or(server);
                }
                Err(error) => return Err(error.into()),
            }
        }
        if !violated.is_empty() {
            let message = format!(
                "rows violate {}: {}",
                count(violated.len(), "constraint"),
                violated.join(", ")
            );
            let mut error = HookError::new(message)
                .help("Mend the rows first; until then the constraints hold for new rows only");
            error.server = server;
            return Err(error);
        }
        let mut result = HookResult {
            message: Some(format!("{} validated", count(validated.len(), "constraint"))),
            ..HookResult::default()
        };
        result
            .statistics
            .insert("validated".to_owned(), Value::Array(validated));
        Ok(result)
    }

    fn describe(&self) -> String {
        let of = match self.tables.as_slice() {
            [] => "all tables".to_owned(),
            tables => shown(tables),
        };
        format!("validates constraints of {of} that were added NOT VALID")
    }
}

impl ValidateConstraints {
    /// The constraints in question, tables in order.
    fn find(&self, scope: &mut HookScope<'_>) -> Result<Vec<Found>, HookError> {
        let mut found = Vec::new();
        for table in find_all(scope.session, &self.tables, Wanted::Table)? {
            let rows = scope.session.query(
                "SELECT conname::text, convalidated FROM pg_catalog.pg_constraint \
                 WHERE conrelid = $1 AND contype IN ('c', 'f', 'n') AND conparentid = 0 ORDER BY contype, conname",
                &[&table.oid],
            )?;
            found.extend(rows.iter().map(|row| Found {
                table: table.clone(),
                name: Name::new(row.get::<_, String>(0)),
                is_valid: row.get(1),
            }));
        }
        if self.constraints.is_empty() {
            return Ok(found);
        }
        for name in &self.constraints {
            if !found.iter().any(|one| one.name == *name) {
                let known = found.iter().map(|one| one.name.as_str());
                let near = confiture_project::nearest(name.as_str(), known);
                let error = HookError::new(format!(
                    "no table has a constraint `{name}` that could be validated"
                ));
                return Err(match near {
                    Some(near) => error.help(format!("Did you mean `{near}`?")),
                    None => error,
                });
            }
        }
        found.retain(|one| self.constraints.contains(&one.name));
        Ok(found)
    }
}
