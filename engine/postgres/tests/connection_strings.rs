//! What connection strings mean, with service files and the environment: no server is asked.

use std::path::Path;

use confiture_postgres::{ConnectError, Target};
use tempfile::TempDir;

/// Reads a string in an environment of these variables and `USER=me` alone.
fn parse_in(text: &str, variables: &[(&str, &str)]) -> Result<Target, ConnectError> {
    Target::parse_with(text, |name| {
        let all = variables.iter().chain(&[("USER", "me")]);
        let found = all.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn shown_in(text: &str, variables: &[(&str, &str)]) -> String {
    parse_in(text, variables).map_or_else(|error| error.to_string(), |target| format!("{target:?}"))
}

fn shown(text: &str) -> String {
    shown_in(text, &[])
}

/// The variable that a child would get.
fn variable(target: &Target, name: &str) -> Option<String> {
    let variables = target.variables();
    variables.into_iter().find(|(known, _)| *known == name)?.1
}

fn password(text: &str) -> Option<String> {
    variable(&parse_in(text, &[]).expect(text), "PGPASSWORD")
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[test]
fn urls() {
    for (text, expected) in [
        (
            "postgres://u:p@db.example:6000/app",
            "Target(u@db.example:6000/app, sslmode Prefer)",
        ),
        (
            "postgresql://db.example",
            "Target(me@db.example:5432/me, sslmode Prefer)",
        ),
        (
            "postgresql://u@%2Ftmp%2Fx:1/app?sslmode=verify-full&connect_timeout=3",
            "Target(u@/tmp/x:1/app, sslmode VerifyFull)",
        ),
        (
            "postgresql:///app?host=a,b&port=1,2&user=u%20v&ssl=true",
            "Target(u v@a:1,b:2/app, sslmode Require)",
        ),
        ("postgresql://u@[::1]:7/a", "Target(u@[::1]:7/a, sslmode Prefer)"),
        (
            "postgresql://u@a,b:7,c/d",
            "Target(u@a:5432,b:7,c:5432/d, sslmode Prefer)",
        ),
        (
            "postgresql://u@/d?hostaddr=192.0.2.1,::1&port=9",
            "Target(u@192.0.2.1:9,[::1]:9/d, sslmode Prefer)",
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn keywords() {
    assert_eq!(
        shown(r"host = h user='it\'s' dbname=a\ b gssencmode=disable"),
        "Target(it's@h:5432/a b, sslmode Prefer)"
    );
    assert_eq!(password("host=h password='a b'").as_deref(), Some("a b"));
}

#[test]
fn passwords_with_special_characters() {
    for (url, expected) in [
        ("postgres://u:p@ss@h/a", "p@ss"),
        ("postgres://u:p/w@h/a", "p/w"),
        ("postgres://u:p?w@h/a", "p?w"),
        ("postgres://u:p%3Fw%25@h/a?application_name=x@y", "p?w%"),
        ("postgres://u:a:b@h?application_name=x", "a:b"),
    ] {
        assert_eq!(password(url).as_deref(), Some(expected), "{url}");
        assert!(shown(url).contains("(u@h:5432/"), "{}", shown(url));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let texts = [
        "postgres://u@h:port/a",
        "postgres://u@h:0/a",
        "postgres://u@a,b:1,2,3/d?port=1,2,3",
        "host=a,b hostaddr=192.0.2.1",
        "host=a hostaddr=b",
        "host=@x",
        "host=h connect_timeout=soon",
        "host=h target_session_attrs=master",
        "host=h load_balance_hosts=yes",
        "host=h channel_binding=maybe",
        "host=h require_auth=scram-sha-256",
        "host=h gssencmode=require",
        "host=h hots=x",
        "postgres://u@h/a?x",
        "mydb",
        "host='h",
    ];
    let told: Vec<String> = texts
        .iter()
        .map(|text| format!("{text}\n  {}", shown(text)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn errors_never_show_the_password() {
    for text in [
        "postgres://u:s3cret@h:notaport/app",
        "postgres://u:s3cret@h/app?sslmode=s3cret",
        "postgres://u:s3cret@h/app?nonsense=s3cret",
        "postgres://u:s3cret%zz@h/app",
        "postgres://u:x?s3cret=1@h:no/app",
        "host=h password='s3cret",
        "host=h password=my s3cret=x",
        "host=h password=x connect_timeout=s3cret target_session_attrs=s3cret",
        "s3cret",
    ] {
        let error = parse_in(text, &[]).expect_err(text);
        assert_eq!(error.code(), "connection-string-invalid");
        let all = format!("{error} {error:?} {:?}", error.hint());
        assert!(!all.contains("s3cret"), "{all}");
    }
    let target = parse_in("postgres://u:s3cret@h/app", &[("PGPASSWORD", "s3cret")]).expect("valid");
    assert!(!format!("{target} {target:?} {:?}", target.notices()).contains("s3cret"));
}

#[test]
fn the_environment_completes_what_the_string_leaves_out() {
    let variables = [
        ("PGHOST", "e,f"),
        ("PGPORT", "1,2"),
        ("PGUSER", "eu"),
        ("PGDATABASE", "ed"),
        ("PGPASSWORD", "ep"),
        ("PGSSLMODE", "require"),
        ("PGAPPNAME", "ea"),
        ("PGTARGETSESSIONATTRS", "standby"),
        ("PGCONNECT_TIMEOUT", "7"),
    ];
    assert_eq!(shown_in("", &variables), "Target(eu@e:1,f:2/ed, sslmode Require)");
    assert_eq!(
        shown_in("host=h port=3 user=u dbname=d sslmode=disable", &variables),
        "Target(u@h:3/d, sslmode Disable)"
    );
    let target = parse_in("", &variables)
        .expect("valid")
        .with_application_name("own");
    let lines: Vec<String> = target
        .variables()
        .into_iter()
        .map(|(name, value)| value.map_or_else(|| format!("unset {name}"), |value| format!("{name}={value}")))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    // What goes to a child is understood as it was meant.
    let children = target.variables();
    let again = Target::parse_with("", |name| {
        children.iter().find(|(known, _)| *known == name)?.1.clone()
    })
    .expect("valid");
    assert_eq!(again.variables(), children);
}

#[test]
fn application_names_are_defaults() {
    let name = |text: &str, variables: &[(&str, &str)]| {
        let target = parse_in(text, variables)
            .expect("valid")
            .with_application_name("own");
        variable(&target, "PGAPPNAME")
    };
    assert_eq!(name("host=h", &[]).as_deref(), Some("own"));
    assert_eq!(name("host=h application_name=x", &[]).as_deref(), Some("x"));
    assert_eq!(
        name("host=h fallback_application_name=f", &[]).as_deref(),
        Some("f")
    );
    assert_eq!(name("host=h", &[("PGAPPNAME", "e")]).as_deref(), Some("e"));
}

#[test]
fn services() {
    let folder = TempDir::new().expect("a folder");
    let home = folder.path().display().to_string();
    write(
        folder.path(),
        ".pg_service.conf",
        "[mine]\nhost=s1,s2\nport=5\nuser=su\npassword=s3cret\ndbname=sd\n[odd]\nnosuchkey=s3cret\n[deep]\nservice=mine\n",
    );
    let system = folder.path().join("etc");
    std::fs::create_dir(&system).expect("a folder");
    write(
        &system,
        "pg_service.conf",
        "[all]\nhost=everybody\n[mine]\nhost=not-this\n",
    );
    let other = write(folder.path(), "other.conf", "[mine]\nhost=other\n");
    let system = system.display().to_string();
    let base = [("HOME", home.as_str()), ("PGSYSCONFDIR", system.as_str())];
    let with = |more: &[(&'static str, &str)], text: &str| {
        let variables: Vec<(&str, &str)> = base.iter().chain(more).copied().collect();
        shown_in(text, &variables).replace(&home, "~")
    };
    let mut told = vec![
        with(&[], "service=mine"),
        with(&[], "postgresql://u@h/?service=mine"),
        with(
            &[("PGSERVICE", "mine"), ("PGHOST", "e"), ("PGUSER", "e")],
            "dbname=d",
        ),
        with(&[("PGSERVICE", "mine"), ("PGHOST", "e")], "service=all"),
        with(&[("PGSERVICEFILE", &other)], "service=mine"),
        with(&[("PGSERVICE", "mine")], &format!("servicefile={other}")),
    ];
    told.extend(["none", "odd", "deep"].map(|name| with(&[], &format!("service={name}"))));
    insta::assert_snapshot!(told.join("\n"));
    assert!(!told.join("\n").contains("s3cret"));
}

#[cfg(unix)]
#[test]
fn password_files_that_others_may_read_are_left_out() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().expect("a folder");
    let file = write(folder.path(), ".pgpass", "*:*:*:*:s3cret\n");
    let home = folder.path().display().to_string();
    let notices = |mode: u32, variables: &[(&str, &str)]| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("set");
        let target = parse_in("host=h", variables).expect("valid");
        target.notices().join("\n").replace(&home, "~")
    };
    let at_home = [("HOME", home.as_str())];
    assert_eq!(notices(0o600, &at_home), "");
    assert_eq!(notices(0o400, &at_home), "");
    insta::assert_snapshot!(notices(0o644, &at_home));
    // Where a password was given, the file is of no account.
    assert_eq!(notices(0o644, &[("HOME", &home), ("PGPASSWORD", "x")]), "");
    insta::assert_snapshot!(notices(0o600, &[("PGPASSFILE", "/nowhere/pgpass")]));
    insta::assert_snapshot!(notices(0o600, &[("PGPASSFILE", &home)]));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(postgres://)?[ -~é%]{0,40}") {
        let _ = parse_in(&text, &[]);
    }

    #[test]
    fn any_password_survives_keywords(password in "[^\0]{1,20}") {
        let text = format!("host=h password='{}'", password.replace('\\', "\\\\").replace('\'', "\\'"));
        let target = parse_in(&text, &[]).expect("valid");
        proptest::prop_assert_eq!(variable(&target, "PGPASSWORD"), Some(password));
    }

    #[test]
    fn any_password_survives_a_url(password in "[^\0]{1,20}") {
        let encoded: String = password.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let target = parse_in(&format!("postgres://u:{encoded}@h/a"), &[]).expect("valid");
        proptest::prop_assert_eq!(variable(&target, "PGPASSWORD"), Some(password));
    }

    #[test]
    fn no_unencoded_password_is_shown(password in "[A-Z0-9:@/?=&#%+]{8,16}") {
        let text = format!("postgres://u:{password}@h/a");
        let shown = shown(&text);
        proptest::prop_assert!(!shown.contains(&password), "{}", shown);
    }
}
