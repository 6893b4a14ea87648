//! What the process's environment says where a connection string says nothing.

use super::settings::{Settings, Source};

/// libpq's variables, each with the keyword that it stands for.
const VARIABLES: [(&str, &str); 23] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("dbname", "PGDATABASE"),
    ("password", "PGPASSWORD"),
    ("passfile", "PGPASSFILE"),
    ("options", "PGOPTIONS"),
    ("application_name", "PGAPPNAME"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslcrl", "PGSSLCRL"),
    ("sslcrldir", "PGSSLCRLDIR"),
    ("sslcertmode", "PGSSLCERTMODE"),
    ("require_auth", "PGREQUIREAUTH"),
    ("requirepeer", "PGREQUIREPEER"),
];

/// Every variable that libpq's programs take for a connection, those that name a service included.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let services = ["PGSERVICE", "PGSERVICEFILE"];
    VARIABLES.into_iter().map(|(_, name)| name).chain(services)
}

/// Completes what a string and a service say; the user is the one who runs the program where nobody is named.
pub(super) fn complete(settings: &mut Settings, variable: &impl Fn(&str) -> Option<String>) {
    for (key, name) in VARIABLES {
        if let Some(value) = variable(name) {
            settings.complete(key, value, Source::Variable(name));
        }
    }
    for name in ["USER", "LOGNAME", "USERNAME"] {
        if let Some(user) = variable(name) {
            settings.complete("user", user, Source::Variable(name));
        }
    }
}
