//! The files held against the ledger.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{Standing, Status};
use crate::history::{History, Migration};
use crate::ledger::{Applied, Recorded};
use crate::settings::Settings;

/// How slugs begin of what another tool had applied and no file stands for: never missing, never reverted.
pub(crate) const BASELINE: &str = "baseline:";

/// Whether a row of the ledger stands for what was there before the first file.
pub(crate) fn is_baseline(applied: &Applied) -> bool {
    applied.slug.starts_with(BASELINE)
}

/// What is true of each migration, in order; those without a file stand where the ledger has them.
pub fn status(history: &History, recorded: &Recorded, settings: &Settings) -> Vec<Status> {
    let held = Held::new(history, recorded, settings);
    let mut behind: BTreeMap<Option<usize>, Vec<Status>> = BTreeMap::new();
    for applied in &held.without_file {
        behind
            .entry(held.stands_behind(applied))
            .or_default()
            .push(without_file(applied));
    }
    let mut all = behind.remove(&None).unwrap_or_default();
    for (position, migration) in history.migrations.iter().enumerate() {
        all.push(Status {
            slug: migration.slug.clone(),
            version: migration.version.clone(),
            name: migration.name.clone(),
            standing: held.standing(position),
            can_revert: migration.down.is_some() && !migration.repeatable,
        });
        all.extend(behind.remove(&Some(position)).unwrap_or_default());
    }
    all
}

fn without_file(applied: &Applied) -> Status {
    Status {
        slug: applied.slug.clone(),
        version: applied.version.clone(),
        name: applied.name.clone(),
        standing: match is_baseline(applied) {
            true => Standing::Applied(applied.clone()),
            false => Standing::Missing(applied.clone()),
        },
        can_revert: false,
    }
}

/// Files and ledger side by side.
pub(crate) struct Held<'a> {
    pub(crate) history: &'a History,
    pub(crate) recorded: &'a Recorded,
    pub(crate) settings: &'a Settings,
    /// What the ledger has of each migration, by its place in the history.
    pub(crate) applied: Vec<Option<&'a Applied>>,
    /// What is applied and has no file.
    pub(crate) without_file: Vec<&'a Applied>,
    /// The last place in the history of a versioned migration that is applied.
    newest: Option<usize>,
}

impl<'a> Held<'a> {
    pub(crate) fn new(history: &'a History, recorded: &'a Recorded, settings: &'a Settings) -> Held<'a> {
        let mut by_version = BTreeMap::new();
        let mut by_slug = BTreeMap::new();
        for (position, migration) in history.migrations.iter().enumerate() {
            by_version.insert(migration.version.as_str(), position);
            by_slug.insert(migration.slug.as_str(), position);
        }
        let mut applied: Vec<Option<&Applied>> = vec![None; history.migrations.len()];
        let mut without_file = Vec::new();
        for row in &recorded.applied {
            // The original's slugs hold the time at which they were written: versions are what both sides share.
            let position = by_version
                .get(row.version.as_str())
                .or_else(|| by_slug.get(row.slug.as_str()));
            match position.and_then(|position| applied.get_mut(*position)) {
                Some(free @ None) => *free = Some(row),
                _ => without_file.push(row),
            }
        }
        let is_newest = |(position, migration): &(usize, &Migration)| {
            !migration.repeatable && applied.get(*position).is_some_and(Option::is_some)
        };
        let newest = history.migrations.iter().enumerate().rfind(is_newest);
        Held {
            history,
            recorded,
            settings,
            newest: newest.map(|(position, _)| position),
            applied,
            without_file,
        }
    }

    /// What the ledger has of the migration at a place in the history.
    pub(crate) fn applied_at(&self, position: usize) -> Option<&'a Applied> {
        self.applied.get(position).copied().flatten()
    }

    /// What is true of the migration at a place in the history.
    pub(crate) fn standing(&self, position: usize) -> Standing {
        let Some(migration) = self.history.migrations.get(position) else {
            return Standing::Pending;
        };
        if let Some(unfinished) = self.recorded.unfinished.get(&migration.slug) {
            return Standing::Unfinished(unfinished.clone());
        }
        match self.applied_at(position) {
            Some(applied) if is_as_applied(migration, applied) => Standing::Applied(applied.clone()),
            Some(applied) if migration.repeatable => Standing::Outdated(applied.clone()),
            Some(applied) => Standing::Changed(applied.clone()),
            None => self.not_applied(position, migration),
        }
    }

    fn not_applied(&self, position: usize, migration: &Migration) -> Standing {
        if !migration.is_for(self.settings.environment.as_deref()) {
            return Standing::Elsewhere;
        }
        if !migration.repeatable && self.newest.is_some_and(|newest| newest > position) {
            return Standing::OutOfOrder;
        }
        match self.recorded.failed.get(&migration.slug) {
            Some(failed) => Standing::Unfinished(failed.clone()),
            None => Standing::Pending,
        }
    }

    /// The newest versioned migration that is applied.
    pub(crate) fn newest(&self) -> Option<&'a Migration> {
        self.newest
            .and_then(|position| self.history.migrations.get(position))
    }

    /// The place in the history behind which a row without a file stands: that of the one applied last before it.
    fn stands_behind(&self, row: &Applied) -> Option<usize> {
        let numbers = self.applied.iter().enumerate().filter_map(|(position, applied)| {
            let is_versioned = self
                .history
                .migrations
                .get(position)
                .is_some_and(|m| !m.repeatable);
            applied
                .filter(|_| is_versioned)
                .map(|applied| (applied.number, position))
        });
        let before = numbers.filter(|(number, _)| *number < row.number).max();
        before.map(|(_, position)| position)
    }
}

/// Whether the file is what was applied, as far as anybody knows. The original's checksum is that of the whole file.
fn is_as_applied(migration: &Migration, applied: &Applied) -> bool {
    let Some(checksum) = &applied.checksum else {
        return true;
    };
    checksum.eq_ignore_ascii_case(&migration.checksum)
        || checksum.eq_ignore_ascii_case(&whole_file(migration))
}

fn whole_file(migration: &Migration) -> String {
    let digest = Sha256::digest(migration.file().text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
