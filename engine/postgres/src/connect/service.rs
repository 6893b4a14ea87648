//! Connection service files: named sets of keywords, as libpq reads them.

use std::path::{Path, PathBuf};

use super::ConnectError;
use super::settings::{Settings, Source, invalid};

/// Where packagers put the file for all users of a machine, where `PGSYSCONFDIR` doesn't say.
const SYSTEM_FOLDERS: [&str; 3] = ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc"];

/// The file's name for all users; in a home folder with a dot before it.
const FILE: &str = "pg_service.conf";

/// Completes settings from the service that they or `PGSERVICE` name, if they do.
///
/// The user's file comes first (`servicefile`, `PGSERVICEFILE`, otherwise `~/.pg_service.conf`), then the one for all.
pub(super) fn complete(
    settings: &mut Settings,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(), ConnectError> {
    let named = settings.value("service").map(str::to_owned);
    let Some(service) = named.or_else(|| variable("PGSERVICE")) else {
        return Ok(());
    };
    let files = files(settings, variable);
    for file in &files {
        let Ok(text) = std::fs::read_to_string(file) else {
            // As libpq does: a file that isn't there has no services.
            if file.exists() {
                return Err(invalid(format!(
                    "the service file {} can't be read",
                    file.display()
                )));
            }
            continue;
        };
        if let Some(entries) = section(&text, &service, file)? {
            for (key, value) in entries {
                let source = Source::Service {
                    name: service.clone(),
                    file: file.clone(),
                };
                settings.complete(&key, value, source);
            }
            return Ok(());
        }
    }
    let looked: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    Err(invalid(format!(
        "there is no service `{service}` (looked in {})",
        looked.join(", ")
    )))
}

fn files(settings: &Settings, variable: &impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let given = settings.value("servicefile").map(str::to_owned);
    let own = given
        .or_else(|| variable("PGSERVICEFILE"))
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| Path::new(&home).join(format!(".{FILE}"))));
    let mut files: Vec<PathBuf> = own.into_iter().collect();
    match variable("PGSYSCONFDIR") {
        Some(folder) => files.push(Path::new(&folder).join(FILE)),
        None => files.extend(SYSTEM_FOLDERS.map(|folder| Path::new(folder).join(FILE))),
    }
    files
}

/// The pairs of a service in a file's text. Of a keyword that stands twice, the first counts.
fn section(text: &str, service: &str, file: &Path) -> Result<Option<Vec<(String, String)>>, ConnectError> {
    let mut entries = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end().trim_start();
        let wrong = |what: &str| invalid(format!("{}:{}: {what}", file.display(), index + 1));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            if entries.is_some() {
                break;
            }
            if rest.split_once(']').is_some_and(|(name, _)| name == service) {
                entries = Some(Vec::new());
            }
            continue;
        }
        let Some(entries) = &mut entries else { continue };
        if line.starts_with("ldap") {
            return Err(wrong("services that LDAP describes are not supported"));
        }
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| wrong("expected `keyword=value`"))?;
        let key = key.trim_end();
        if matches!(key, "service" | "servicefile") {
            return Err(wrong("a service can't name another one"));
        }
        entries.push((key.to_owned(), value.to_owned()));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        let text =
            "# all\nhost=outside\n [a b] \nhost = h\n  port=1\nhost=second\n\n[c]\nuser=u\n[bad]\nnonsense\n";
        let read = |service: &str| section(text, service, Path::new("f")).map_err(|error| error.to_string());
        let pairs = |pairs: &[(&str, &str)]| {
            let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            Ok(Some(pairs.iter().map(owned).collect()))
        };
        assert_eq!(
            read("a b"),
            pairs(&[("host", " h"), ("port", "1"), ("host", "second")])
        );
        assert_eq!(read("c"), pairs(&[("user", "u")]));
        assert_eq!(read("a"), Ok(None));
        assert!(read("bad").is_err_and(|error| error.contains("f:11: expected")));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([\\[\\]=# a\n]|service|ldap){0,12}") {
            let _ = section(&text, "a", Path::new("f"));
        }
    }
}
