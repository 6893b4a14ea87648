//! What a statement does to a running database, as Markdown: the words of `confiture risk`, and what only an editor has room
//! for.

use std::collections::BTreeMap;

use confiture_risk::effect::{Cause, SafeWay, TransactionRule};
use confiture_risk::predict::predict;
use confiture_risk::{Assessment, Effect, Judgement, Level, PgVersion, assess};
use confiture_schema::catalog::QualName;

use crate::impact::Subject;
use crate::words::{code, fence, prose, waiting};

/// Relations that a list names.
const MOST: usize = 12;

/// What a statement does; a line where it harms nobody.
pub(crate) fn hover(subject: &Subject<'_>, version: PgVersion) -> String {
    let risk = assess(subject.changes, subject.before, version);
    let mut notes = notes(subject, &risk.effect, version);
    let mut paragraphs = vec![verdict(subject, &risk.effect, &risk.assessment)];
    // What the verdict says already is no note.
    let (_, chief) = chief(&risk.assessment);
    let said = prose(&chief.reason);
    notes.retain(|note| *note != said);
    if risk.assessment.worst() == Level::None && notes.is_empty() {
        return paragraphs.remove(0);
    }
    paragraphs.extend(list("More", more(&risk.assessment)));
    paragraphs.extend(list("Locks", locks(subject, &risk.effect)));
    paragraphs.extend(list("Work", work(subject, &risk.effect)));
    paragraphs.extend(list("Notes", notes));
    paragraphs.extend(risk.safe_alternative.as_ref().map(instead));
    let undo = risk.rollback.as_ref();
    paragraphs.extend(undo.map(|undo| format!("**Undo**\n{}", fence(undo))));
    paragraphs.join("\n\n")
}

/// What a statement locks and works on.
pub(crate) fn in_detail(subject: &Subject<'_>, effect: &Effect) -> String {
    let lists = [
        list("Locks", locks(subject, effect)),
        list("Work", work(subject, effect)),
    ];
    lists.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn list(title: &str, items: Vec<String>) -> Option<String> {
    let items: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
    (!items.is_empty()).then(|| format!("**{title}**\n{}", items.join("\n")))
}

/// The judgement in a line.
fn verdict(subject: &Subject<'_>, effect: &Effect, assessment: &Assessment) -> String {
    let (label, judgement) = chief(assessment);
    let reason = prose(&judgement.reason);
    let mut line = match judgement.level {
        Level::None => format!("**no risk**: {reason}"),
        Level::Unknown => format!("**unknown risk**: {reason}"),
        level => format!("**{level} risk** ({label}): {reason}"),
    };
    if let Some(time) = subject.time(effect) {
        line.push_str(&format!(", {time}"));
    }
    line
}

/// The judgement that counts: the worst, and of several that are as bad the first.
fn chief(assessment: &Assessment) -> (&'static str, &Judgement) {
    let worst = assessment.worst();
    let found = judgements(assessment)
        .into_iter()
        .find(|(_, judgement)| judgement.level == worst);
    match found {
        Some(found) if worst != Level::None => found,
        _ => ("waiting", &assessment.locking),
    }
}

/// The four, what people ask first before the rest.
fn judgements(assessment: &Assessment) -> [(&'static str, &Judgement); 4] {
    [
        ("data", &assessment.data_loss),
        ("waiting", &assessment.locking),
        ("programs", &assessment.compatibility),
        ("work", &assessment.performance),
    ]
}

/// What else is to be said: the judgements that the verdict leaves out.
fn more(assessment: &Assessment) -> Vec<String> {
    let (_, chief) = chief(assessment);
    let is_more = |judgement: &Judgement| judgement.level != Level::None && judgement.reason != chief.reason;
    let mut noted = judgements(assessment).to_vec();
    noted.retain(|(_, judgement)| is_more(judgement));
    noted.sort_by_key(|(_, judgement)| std::cmp::Reverse(judgement.level));
    noted
        .into_iter()
        .map(|(label, judgement)| format!("{} risk ({label}): {}", judgement.level, prose(&judgement.reason)))
        .collect()
}

fn locks(subject: &Subject<'_>, effect: &Effect) -> Vec<String> {
    let line = |(relation, lock): (&QualName, &confiture_risk::effect::LockTaken)| {
        let waits = match subject.is_in_use(relation) {
            true => waiting(lock.mode),
            false => "nobody else uses it yet",
        };
        let reason = prose(&lock.cause.reason);
        let because = if reason.is_empty() {
            String::new()
        } else {
            format!(", because {reason}")
        };
        format!(
            "{} on {}: {waits}{because}",
            code(lock.mode.sql_name()),
            code(&relation.to_string())
        )
    };
    let mut all: Vec<_> = effect.locks.iter().collect();
    // The strongest first; the order of names within a mode stays.
    all.sort_by_key(|(_, lock)| std::cmp::Reverse(lock.mode));
    cut(all.into_iter().map(line).collect(), "relations")
}

/// The first of many lines, and how many there are more.
fn cut(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST);
    if more > 0 {
        lines.truncate(MOST);
        lines.push(format!("and {more} more {what}"));
    }
    lines
}

fn work(subject: &Subject<'_>, effect: &Effect) -> Vec<String> {
    let mut lines = Vec::new();
    let mut sized: Vec<&QualName> = Vec::new();
    let kinds: [(&str, &BTreeMap<QualName, Cause>); 3] = [
        ("rewrites", &effect.rewrites),
        ("scans", &effect.scans),
        ("builds an index on", &effect.index_builds),
    ];
    for (does, relations) in kinds {
        for (relation, cause) in relations {
            if does == "scans" && is_read_anyway(effect, relation, cause) {
                continue;
            }
            let mut line = format!("{does} {}", code(&relation.to_string()));
            if !sized.contains(&relation)
                && let Some(size) = subject.size(relation)
            {
                sized.push(relation);
                line.push_str(&format!(" ({})", sized_words(subject, effect, relation, &size)));
            }
            line.push_str(&format!(": {}", prose(&cause.reason)));
            lines.push(line);
        }
    }
    cut(lines, "such")
}

/// Whether what is said of other work says that the relation is read, for the same reason.
fn is_read_anyway(effect: &Effect, relation: &QualName, cause: &Cause) -> bool {
    let others = [effect.rewrites.get(relation), effect.index_builds.get(relation)];
    others
        .into_iter()
        .flatten()
        .any(|other| other.reason == cause.reason)
}

/// Rows, bytes, and how long it takes, where somebody said how large the table is.
fn sized_words(
    subject: &Subject<'_>,
    effect: &Effect,
    relation: &QualName,
    size: &crate::statistics::Size,
) -> String {
    let mut words = size.in_words();
    if let Some(time) = subject.time_on(effect, relation) {
        words.push_str(&format!("; {time}"));
    }
    let blocks_writes = effect
        .locks
        .get(relation)
        .is_some_and(|lock| lock.mode.blocks_writes());
    if let Some(rate) = size
        .writes_per_second
        .filter(|rate| *rate >= 1.0 && blocks_writes)
    {
        let rate = crate::statistics::count_in_words(rate as u64);
        words.push_str(&format!("; about {rate} writes a second wait meanwhile"));
    }
    words
}

/// Transactions, waits, versions, and what isn't known.
fn notes(subject: &Subject<'_>, effect: &Effect, version: PgVersion) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if effect.transaction == TransactionRule::Refused {
        notes.push("PostgreSQL refuses it inside a transaction block".to_owned());
        if subject.before.session.transaction.open {
            notes.push("a transaction is open here, so it would fail".to_owned());
        }
    }
    if effect.waits_for_older_snapshots {
        notes.push("it waits for every transaction that began before it, of any table".to_owned());
    }
    notes.extend(
        effect
            .unknown
            .iter()
            .map(|cause| format!("not known: {}", prose(&cause.reason))),
    );
    if let Some(since) = effect.since {
        notes.push(match version < since {
            true => {
                format!("since PostgreSQL {since}: version {version}, which this project is for, refuses it")
            }
            false => format!("since PostgreSQL {since}"),
        });
    }
    notes.extend(other_versions(subject, effect, version));
    notes
}

/// What other versions do otherwise, neighbours that do the same together.
fn other_versions(subject: &Subject<'_>, effect: &Effect, version: PgVersion) -> Vec<String> {
    let mut groups: Vec<(PgVersion, PgVersion, Vec<String>)> = Vec::new();
    for other in PgVersion::ALL {
        let refused = effect.since.is_some_and(|since| other < since);
        if other == version || refused {
            continue;
        }
        let there = predict(subject.changes, subject.before, other);
        let said = differences(&there, effect);
        match groups.last_mut() {
            Some((_, last, same)) if *same == said => *last = other,
            _ => groups.push((other, other, said)),
        }
    }
    let otherwise = groups.into_iter().filter(|(.., said)| !said.is_empty());
    otherwise
        .map(|(first, last, said)| {
            let versions = match first == last {
                true => first.to_string(),
                false => format!("{first} to {last}"),
            };
            let server = subject
                .statistics
                .and_then(|statistics| statistics.server_version);
            let is_the_server = |major: u32| first.major() <= major && major <= last.major();
            let of_server = match server.filter(|major| is_the_server(*major)) {
                Some(major) => format!(" (the statistics are of {major})"),
                None => String::new(),
            };
            format!("PostgreSQL {versions}{of_server}: {}", said.join("; "))
        })
        .collect()
}

/// What one effect has otherwise than another.
fn differences(there: &Effect, here: &Effect) -> Vec<String> {
    let mut said = Vec::new();
    for (relation, lock) in &there.locks {
        let name = code(&relation.to_string());
        let mode = code(lock.mode.sql_name());
        match here.locks.get(relation) {
            Some(own) if own.mode == lock.mode => {}
            Some(own) => said.push(format!(
                "{mode} on {name} instead of {}",
                code(own.mode.sql_name())
            )),
            None => said.push(format!("{mode} on {name}, too")),
        }
    }
    let spared = here
        .locks
        .keys()
        .filter(|relation| !there.locks.contains_key(*relation));
    said.extend(spared.map(|relation| format!("no lock on {}", code(&relation.to_string()))));
    let works = [
        ("rewrites", "doesn't rewrite", &there.rewrites, &here.rewrites),
        ("scans", "doesn't scan", &there.scans, &here.scans),
        (
            "builds an index on",
            "builds no index on",
            &there.index_builds,
            &here.index_builds,
        ),
    ];
    for (does, spares, there, here) in works {
        let more = there.keys().filter(|relation| !here.contains_key(*relation));
        said.extend(more.map(|relation| format!("{does} {}", code(&relation.to_string()))));
        let less = here.keys().filter(|relation| !there.contains_key(*relation));
        said.extend(less.map(|relation| format!("{spares} {}", code(&relation.to_string()))));
    }
    if there.transaction != here.transaction {
        said.push(match there.transaction {
            TransactionRule::Refused => "refused inside a transaction block".to_owned(),
            _ => "allowed inside a transaction block".to_owned(),
        });
    }
    said.truncate(MOST);
    said
}

/// The safe way, step by step.
fn instead(way: &SafeWay) -> String {
    let mut sql = String::new();
    for (number, step) in (1..).zip(&way.steps) {
        let outside = step.transaction == TransactionRule::Refused;
        match (way.steps.len(), outside) {
            (1, false) => {}
            (1, true) => sql.push_str("-- outside a transaction\n"),
            (_, false) => sql.push_str(&format!("-- step {number}\n")),
            (_, true) => sql.push_str(&format!("-- step {number}, outside a transaction\n")),
        }
        sql.push_str(step.sql.trim_end());
        sql.push('\n');
    }
    let apart = if way.steps.len() > 1 {
        "; one transaction a step"
    } else {
        ""
    };
    format!("**Instead**: {}{apart}\n{}", prose(&way.summary), fence(&sql))
}
