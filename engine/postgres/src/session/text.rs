//! Values as the server's text, whatever their types: for queries that others wrote.

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use super::{Session, Table};
use crate::error::SqlError;

/// What the server says of a query before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The types of its parameters, by oid.
    pub parameters: Vec<u32>,
    /// Its columns: names and types by oid.
    pub columns: Vec<(String, u32)>,
}

/// A parameter in the text form of whatever type the server wants.
#[derive(Debug)]
struct AsText<'a>(Option<&'a str>);

impl ToSql for AsText<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

impl Session {
    /// What the server says of one statement, which isn't run.
    ///
    /// # Errors
    /// What the server reported: also that these are several statements.
    pub fn describe(&mut self, sql: &str) -> Result<Description, SqlError> {
        let prepared = self.runtime.block_on(self.client.prepare(sql))?;
        let columns = prepared.columns().iter();
        Ok(Description {
            parameters: prepared.params().iter().map(Type::oid).collect(),
            columns: columns
                .map(|column| (column.name().to_owned(), column.type_().oid()))
                .collect(),
        })
    }

    /// Runs one statement in the transaction that is open (or one of its own) and gives its columns' names and its rows,
    /// every value as the server's text.
    ///
    /// # Errors
    /// What the server reported: also that these are several statements.
    pub fn table(&mut self, sql: &str) -> Result<Table, SqlError> {
        self.runtime.block_on(self.read(sql))
    }

    /// Runs one statement with parameters in text form, each read by the server as the type that it wants, and gives the
    /// number of rows that it returned or changed.
    ///
    /// # Errors
    /// What the server reported; [`SqlError::Connection`] when there are more or fewer parameters than the statement has.
    pub fn run_with_text(&mut self, sql: &str, values: &[Option<&str>]) -> Result<u64, SqlError> {
        self.runtime.block_on(async {
            let prepared = self.client.prepare(sql).await?;
            if prepared.params().len() != values.len() {
                return Err(SqlError::Connection(format!(
                    "the statement has {} parameters, {} were given",
                    prepared.params().len(),
                    values.len()
                )));
            }
            let values: Vec<AsText<'_>> = values.iter().map(|value| AsText(*value)).collect();
            let values: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
            if prepared.columns().is_empty() {
                return Ok(self.client.execute(&prepared, &values).await?);
            }
            Ok(self.client.query(&prepared, &values).await?.len() as u64)
        })
    }
}
