//! The published projects: which files, in which order.

use std::fs;
use std::path::{Path, PathBuf};

use crate::replay::Script;

/// A project whose files are loaded one after another.
pub(crate) struct Project {
    /// Its name in reports.
    pub(crate) name: String,
    /// Its files in order.
    pub(crate) scripts: Vec<Script>,
    /// What its own tool does first.
    pub(crate) prelude: String,
}

/// Objects that come from SQL which a DO block computes while it runs: files alone can't tell.
pub(crate) const UNKNOWABLE: [&str; 1] = [
    "procedure partman.partition_data_proc(text, text, integer, integer, text, text, integer, integer, boolean)",
];

/// The corpus' folder, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("CONFITURE_CORPUS")
        .map_or_else(|| std::env::temp_dir().join("sql-corpus"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Every project that is there.
pub(crate) fn projects(corpus: &Path) -> Vec<Project> {
    let all = [
        davical(corpus),
        graphile_worker(corpus),
        icinga(corpus),
        plain(
            corpus,
            "kea-admin",
            &["kea-admin/usr/share/kea/scripts/pgsql/dhcpdb_create.pgsql"],
        ),
        pdns(corpus),
        partman(corpus),
        plain(
            corpus,
            "pgtap",
            &["postgresql-15-pgtap/usr/share/postgresql/15/extension/pgtap--1.2.0.sql"],
        ),
        procrastinate(corpus),
        plain(
            corpus,
            "procrastinate (schema)",
            &["procrastinate/procrastinate/sql/schema.sql"],
        ),
        synapse(corpus),
        tt_rss(corpus),
        plain(
            corpus,
            "zabbix",
            &[
                "zabbix-server-pgsql/usr/share/zabbix-server-pgsql/schema.sql",
                "zabbix-server-pgsql/usr/share/zabbix-server-pgsql/history_pk_prepare.sql",
                "zabbix-server-pgsql/usr/share/zabbix-server-pgsql/double.sql",
            ],
        ),
    ];
    all.into_iter()
        .filter(|project| !project.scripts.is_empty())
        .collect()
}

fn script(path: &Path) -> Option<Script> {
    let sql = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
    Some(Script {
        name: path.file_name()?.to_string_lossy().into_owned(),
        sql,
    })
}

fn plain(corpus: &Path, name: &str, files: &[&str]) -> Project {
    Project {
        name: name.to_owned(),
        scripts: files
            .iter()
            .filter_map(|file| script(&corpus.join(file)))
            .collect(),
        prelude: String::new(),
    }
}

/// The files of a folder whose names the filter takes, by the numbers in their names, then by name.
fn in_folder(folder: &Path, takes: impl Fn(&str) -> bool) -> Vec<Script> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(Result::ok).map(|e| e.path()).collect())
        .unwrap_or_default();
    files.retain(|path| path.is_file() && path.file_name().is_some_and(|n| takes(&n.to_string_lossy())));
    files.sort_by_cached_key(|path| {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let numbers: Vec<u64> = name
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse().ok())
            .collect();
        (numbers, name)
    });
    files.iter().filter_map(|path| script(path)).collect()
}

fn davical(corpus: &Path) -> Project {
    let dba = corpus.join("davical/usr/share/davical/dba");
    let files = [
        "davical.sql",
        "views/dav_principal.sql",
        "caldav_functions.sql",
        "rrule_functions.sql",
        "base-data.sql",
    ];
    let mut scripts: Vec<Script> = files.iter().filter_map(|file| script(&dba.join(file))).collect();
    scripts.extend(in_folder(&dba.join("patches"), |name| name.ends_with(".sql")));
    // Of the library that it is built on, the tables it refers to.
    let prelude = "CREATE TABLE usr (user_no serial PRIMARY KEY, active boolean DEFAULT TRUE, email_ok timestamptz, \
         joined timestamptz DEFAULT current_timestamp, updated timestamptz, last_used timestamptz, \
         username text NOT NULL, password text, fullname text, email text, config_data text, date_format_type text, locale text);\n\
         CREATE UNIQUE INDEX usr_sk1_unique_username ON usr (lower(username));\n\
         CREATE TABLE usr_setting (user_no int4 REFERENCES usr (user_no) ON DELETE CASCADE, setting_name text, \
         setting_value text, PRIMARY KEY (user_no, setting_name));\n\
         CREATE TABLE roles (role_no serial PRIMARY KEY, role_name text);\n\
         CREATE TABLE role_member (role_no int4 REFERENCES roles (role_no), user_no int4 REFERENCES usr (user_no) ON DELETE CASCADE);\n\
         CREATE TABLE session (session_id serial PRIMARY KEY, user_no int4 REFERENCES usr (user_no) ON DELETE CASCADE);\n\
         CREATE TABLE awl_db_revision (schema_id int, schema_major int, schema_minor int, schema_patch int, schema_name text, applied_on timestamptz DEFAULT current_timestamp);\n\
         CREATE FUNCTION check_db_revision(int, int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';\n\
         CREATE FUNCTION new_db_revision(int, int, int, text) RETURNS void LANGUAGE sql AS 'SELECT 1';";
    Project {
        name: "davical".to_owned(),
        scripts,
        prelude: prelude.to_owned(),
    }
}

fn graphile_worker(corpus: &Path) -> Project {
    let mut scripts = in_folder(&corpus.join("graphile-worker/package/sql"), |name| {
        name.ends_with(".sql")
    });
    for script in &mut scripts {
        script.sql = script.sql.replace(":GRAPHILE_WORKER_SCHEMA", "graphile_worker");
    }
    let prelude = "CREATE SCHEMA graphile_worker; \
         CREATE TABLE graphile_worker.migrations (id int PRIMARY KEY, ts timestamptz DEFAULT now() NOT NULL);";
    Project {
        name: "graphile-worker".to_owned(),
        scripts,
        prelude: prelude.to_owned(),
    }
}

fn icinga(corpus: &Path) -> Project {
    let folder = corpus.join("icinga2-ido-pgsql/usr/share/icinga2-ido-pgsql/schema");
    let mut scripts: Vec<Script> = script(&folder.join("pgsql.sql")).into_iter().collect();
    scripts.extend(in_folder(&folder.join("upgrade"), |name| name.ends_with(".sql")));
    Project {
        name: "icinga2-ido".to_owned(),
        scripts,
        prelude: String::new(),
    }
}

fn pdns(corpus: &Path) -> Project {
    let folder = corpus.join("pdns-backend-pgsql/usr/share/pdns-backend-pgsql/schema");
    let mut scripts: Vec<Script> = script(&folder.join("schema.pgsql.sql")).into_iter().collect();
    scripts.extend(in_folder(&folder, |name| name.contains("_to_")));
    Project {
        name: "pdns".to_owned(),
        scripts,
        prelude: String::new(),
    }
}

fn partman(corpus: &Path) -> Project {
    let folder = corpus.join("postgresql-15-partman/usr/share/postgresql/15/extension");
    let mut scripts: Vec<Script> = script(&folder.join("pg_partman--4.7.2.sql"))
        .into_iter()
        .collect();
    scripts.extend(in_folder(&folder, |name| {
        name.matches("--").count() == 2 && name.ends_with(".sql")
    }));
    for script in &mut scripts {
        script.sql = script.sql.replace("@extschema@", "partman");
    }
    let prelude = "CREATE SCHEMA partman; SET search_path = partman, public;".to_owned();
    Project {
        name: "partman".to_owned(),
        scripts,
        prelude,
    }
}

fn procrastinate(corpus: &Path) -> Project {
    let folder = corpus.join("procrastinate/procrastinate/sql");
    let scripts = in_folder(&folder.join("migrations"), |name| name.ends_with(".sql"));
    Project {
        name: "procrastinate".to_owned(),
        scripts,
        prelude: String::new(),
    }
}

fn synapse(corpus: &Path) -> Project {
    let schema = corpus.join("matrix-synapse/synapse/storage/schema");
    let parts = ["common", "main", "state"];
    let mut scripts: Vec<Script> = parts
        .iter()
        .filter_map(|part| script(&schema.join(part).join("full_schemas/72/full.sql.postgres")))
        .collect();
    scripts.extend(script(&schema.join("common/schema_version.sql")));
    let mut versions: Vec<u32> = parts
        .iter()
        .filter_map(|part| fs::read_dir(schema.join(part).join("delta")).ok())
        .flat_map(|entries| entries.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok()))
        .filter(|version| *version > 72)
        .collect();
    versions.sort_unstable();
    versions.dedup();
    for version in versions {
        for part in parts {
            let folder = schema.join(part).join("delta").join(version.to_string());
            scripts.extend(in_folder(&folder, |name| {
                name.ends_with(".sql") || name.ends_with(".sql.postgres")
            }));
        }
    }
    Project {
        name: "matrix-synapse".to_owned(),
        scripts,
        prelude: String::new(),
    }
}

fn tt_rss(corpus: &Path) -> Project {
    let folder = corpus.join("tt-rss/usr/share/tt-rss/schema");
    let mut scripts: Vec<Script> = script(&folder.join("ttrss_schema_pgsql.sql"))
        .into_iter()
        .collect();
    scripts.extend(in_folder(&folder.join("versions/pgsql"), |name| {
        name.ends_with(".sql")
    }));
    Project {
        name: "tt-rss".to_owned(),
        scripts,
        prelude: String::new(),
    }
}
