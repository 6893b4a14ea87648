//! Who runs this program: for the ledger, and for those who look at the server's sessions.

/// What a session is called: the program, who runs it where, and its process. The server cuts names at 63 bytes.
pub fn application_name() -> String {
    format!("confiture {} [{}]", applied_by(), std::process::id())
}

/// `USER@host`.
pub fn applied_by() -> String {
    match host() {
        Some(host) => format!("{}@{host}", user()),
        None => user(),
    }
}

fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let set = names
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    set.or_else(number).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(unix)]
fn number() -> Option<String> {
    Some(format!("uid {}", rustix::process::getuid().as_raw()))
}

#[cfg(not(unix))]
fn number() -> Option<String> {
    None
}

#[cfg(unix)]
fn host() -> Option<String> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Some(host).filter(|host| !host.is_empty())
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
