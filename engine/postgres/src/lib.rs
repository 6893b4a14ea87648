//! PostgreSQL servers: connecting to them, starting private ones, and watching what a statement does.
//!
//! What lives here: connections and TLS ([`connect`], [`Session`]), private temporary servers
//! ([`Cluster`]), the lasting one of a project ([`LocalServer`]), the catalog of a live database ([`introspect()`]), and the observation of a
//! statement's locks, rewrites, scans and index builds ([`observe`]). What must not: opinions about what a statement *should* do (that is
//! `confiture-risk`), reading of project files, and anything that prints. Nothing here ever uses a
//! server that was already running unless its address was given.
//!
//! Start reading at [`Cluster::start`], then [`Session`], then [`observe::observe`].

#[cfg(unix)]
pub mod cluster;
pub mod connect;
mod error;
mod introspect;
#[cfg(unix)]
pub mod local;
pub mod observe;
mod session;

#[cfg(unix)]
pub use cluster::{Cluster, ClusterError, Database, Options};
pub use connect::{ConnectError, Target};
pub use error::{ServerError, SqlError};
pub use introspect::{introspect, introspect_with_definitions};
#[cfg(unix)]
pub use local::LocalServer;
pub use session::{Answer, Canceller, Description, Session, Table};
pub use tokio_postgres::Row;
pub use tokio_postgres::types::{ToSql, Type};
