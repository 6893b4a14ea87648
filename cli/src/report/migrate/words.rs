//! Phrases that several reports need.

use confiture_migrate::{Blocker, LockHolder};
use confiture_risk::LockMode;

use super::units;
use crate::report::style::first_line;

/// Who stands in the way: `pid 4711 (app, idle in transaction for 3 min): UPDATE orders …`.
pub fn blocker(blocker: &Blocker) -> String {
    let mut about = Vec::new();
    let name = [&blocker.application, &blocker.user];
    about.extend(
        name.into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .map(|name| format!("`{}`", plain(name))),
    );
    let state = blocker.state.as_deref().map(plain);
    match (state, blocker.age_ms) {
        (Some(state), Some(age)) => about.push(format!("{state} for {}", units::whole_duration(age))),
        (Some(state), None) => about.push(state),
        (None, Some(age)) => about.push(format!("for {}", units::whole_duration(age))),
        (None, None) => {}
    }
    let mut text = format!("pid {}", blocker.pid);
    if !about.is_empty() {
        text.push_str(&format!(" ({})", about.join(", ")));
    }
    if let Some(query) = blocker.query.as_deref().filter(|query| !query.trim().is_empty()) {
        text.push_str(": ");
        text.push_str(&first_line(&plain(query), 60));
    }
    text
}

/// Several of them; at most three are named.
pub fn blockers(all: &[Blocker]) -> String {
    let mut named: Vec<String> = all.iter().take(3).map(blocker).collect();
    match all.len().saturating_sub(3) {
        0 => {}
        more => named.push(format!("{more} more")),
    }
    if named.is_empty() {
        "another session".to_owned()
    } else {
        named.join("; ")
    }
}

/// The runner that is at work: `confiture migrate up (pid 4711, deploy from 10.0.0.7, since 17:20 UTC)`.
pub fn holder(holder: &LockHolder) -> String {
    let name = holder.application.as_deref().filter(|name| !name.is_empty());
    let mut about = vec![format!("pid {}", holder.pid)];
    match (&holder.user, &holder.client) {
        (Some(user), Some(client)) => about.push(format!("{} from {}", plain(user), plain(client))),
        (Some(user), None) => about.push(plain(user)),
        (None, Some(client)) => about.push(format!("from {}", plain(client))),
        (None, None) => {}
    }
    about.extend(
        holder
            .since
            .as_deref()
            .map(|since| format!("since {}", units::moment(since))),
    );
    format!(
        "{} ({})",
        plain(name.unwrap_or("another runner")),
        about.join(", ")
    )
}

/// `ACCESS EXCLUSIVE` for `AccessExclusiveLock`.
pub fn lock_mode(name: &str) -> String {
    LockMode::from_name(name).map_or_else(|| plain(name), |mode| mode.sql_name().to_owned())
}

/// A text from elsewhere on one line, without what would move a terminal's cursor.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// As [`plain`], lines kept.
pub fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody() -> Blocker {
        Blocker {
            pid: 4711,
            user: Some("app".to_owned()),
            application: Some(String::new()),
            client: None,
            state: Some("idle in transaction".to_owned()),
            query: Some("UPDATE orders\n   SET note = 'x\u{1b}[2J'".to_owned()),
            age_ms: Some(180_000),
        }
    }

    #[test]
    fn who_stands_in_the_way() {
        assert_eq!(
            blocker(&somebody()),
            "pid 4711 (`app`, idle in transaction for 3 min): UPDATE orders SET note = 'x [2J'"
        );
        let unknown = Blocker {
            user: None,
            state: None,
            query: None,
            age_ms: None,
            ..somebody()
        };
        assert_eq!(blocker(&unknown), "pid 4711");
        assert_eq!(blockers(&[]), "another session");
        let several = vec![unknown; 5];
        assert_eq!(blockers(&several), "pid 4711; pid 4711; pid 4711; 2 more");
    }

    #[test]
    fn who_is_at_work() {
        let runner = LockHolder {
            pid: 12,
            user: Some("deploy".to_owned()),
            application: Some("confiture migrate up".to_owned()),
            client: Some("10.0.0.7".to_owned()),
            since: Some("2026-11-21T17:20:31Z".to_owned()),
        };
        assert_eq!(
            holder(&runner),
            "confiture migrate up (pid 12, deploy from 10.0.0.7, since 2026-11-21 17:20 UTC)"
        );
    }

    #[test]
    fn modes() {
        assert_eq!(lock_mode("AccessExclusiveLock"), "ACCESS EXCLUSIVE");
        assert_eq!(lock_mode("SIReadLock"), "SIReadLock");
    }
}
