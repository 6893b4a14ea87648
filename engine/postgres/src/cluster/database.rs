//! One database of a private cluster.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio_postgres::Client;

use super::ClusterError;
use crate::connect::{ConnectError, Target};
use crate::error::SqlError;
use crate::session::Session;

/// A database of a private cluster; dropping it drops the database, whoever is connected.
#[derive(Debug)]
pub struct Database {
    name: String,
    target: Target,
    maintenance: Target,
}

impl Database {
    pub(super) fn create(maintenance: &Target, prefix: &str) -> Result<Self, ClusterError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // PostgreSQL cuts names at 63 bytes, which must not cut the part that makes them unique.
        let prefix: String = prefix
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(40)
            .collect();
        let name = format!("{prefix}_{}", NEXT.fetch_add(1, Ordering::Relaxed)).to_lowercase();
        let mut session = Session::open(maintenance)?;
        session.batch(&format!("CREATE DATABASE \"{name}\" TEMPLATE template0"))?;
        Ok(Self {
            target: maintenance.with_database(&name),
            name,
            maintenance: maintenance.clone(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where to connect to, as superuser.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// A URL for programs that take one (`--database-url`, `psql`).
    pub fn url(&self) -> String {
        self.target.to_url()
    }

    /// Connects, for synchronous code.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn connect_blocking(&self) -> Result<Session, ConnectError> {
        Session::open(&self.target)
    }

    /// Connects, for asynchronous code.
    ///
    /// # Errors
    /// As [`Target::connect`].
    pub async fn connect(&self) -> Result<Client, ConnectError> {
        self.target.connect().await
    }

    fn drop_database(&self) -> Result<(), SqlError> {
        let mut session =
            Session::open(&self.maintenance).map_err(|error| SqlError::Connection(error.to_string()))?;
        session.batch(&format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Dropped inside asynchronous code, a session of its own can't be driven: leave it to the
        // cluster's end. So too when the server is already gone.
        if tokio::runtime::Handle::try_current().is_err() {
            let _ = self.drop_database();
        }
    }
}
