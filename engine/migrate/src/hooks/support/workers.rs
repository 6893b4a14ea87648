//! Further sessions of a hook, which work as the migration's own does.

use std::time::Instant;

use confiture_postgres::{Session, Target};

use crate::hooks::HookError;
use crate::hooks::support::time_left;
use crate::interrupt::{Cancellable, Interrupt};

/// Settings of a session that its workers share.
const SHARED: [&str; 4] = ["search_path", "lock_timeout", "role", "TimeZone"];

/// What workers take over from the session that they help.
#[derive(Debug, Clone)]
pub(crate) struct Manner(Vec<(&'static str, String)>);

impl Manner {
    /// How this session works.
    pub(crate) fn of(session: &mut Session) -> Result<Manner, HookError> {
        let mut values = Vec::new();
        for name in SHARED {
            let row = session.query_one("SELECT pg_catalog.current_setting($1)", &[&name])?;
            values.push((name, row.get(0)));
        }
        Ok(Manner(values))
    }
}

/// A further session that can be stopped with the hook.
#[derive(Debug)]
pub(crate) struct Worker {
    /// The session.
    pub(crate) session: Session,
    _cancellable: Cancellable,
}

impl Worker {
    /// Connects, and sets it up as the hook's own session is. Its statements end with the hook's time.
    pub(crate) fn open(
        target: &Target,
        manner: &Manner,
        interrupt: &Interrupt,
        deadline: Instant,
    ) -> Result<Worker, HookError> {
        let mut session = Session::open(target)?;
        for (name, value) in &manner.0 {
            session.query(
                "SELECT pg_catalog.set_config($1, $2, false)",
                &[name, &value.as_str()],
            )?;
        }
        let left = time_left(deadline)
            .as_millis()
            .min(i32::MAX.unsigned_abs().into());
        session.query(
            "SELECT pg_catalog.set_config('statement_timeout', $1, false)",
            &[&left.to_string()],
        )?;
        let cancellable = interrupt.register(session.canceller());
        Ok(Worker {
            session,
            _cancellable: cancellable,
        })
    }
}
