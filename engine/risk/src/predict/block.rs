//! DO blocks: the sum of what they hold.

use confiture_schema::catalog::Origin;
use confiture_schema::change::{Change, DoBlock, Transaction};

use super::{MAX_NESTING, Predictor, predict_nested};
use crate::effect::{Cause, Effect};

impl Predictor<'_> {
    pub(super) fn block(&mut self, block: &DoBlock) {
        if block.language.as_str() != "plpgsql" && block.language.as_str() != "sql" {
            self.opaque(
                format!("a block in {} can't be read", block.language),
                Default::default(),
            );
        }
        if self.depth >= MAX_NESTING {
            self.opaque("blocks are nested too deep to be followed", Default::default());
            return;
        }
        let mut state = self.state.clone();
        for nested in &block.statements {
            let effect = predict_nested(&nested.changes, &state, self.version, self.depth + 1);
            self.absorb(effect);
            if nested.conditional {
                self.conditional(nested.range);
            }
            for change in &nested.changes {
                if ends_transaction(change) {
                    continue;
                }
                state.apply(change, Origin::default());
            }
        }
    }

    /// Whether a statement runs isn't known, but what it does if it runs.
    fn conditional(&mut self, range: confiture_syntax::TextRange) {
        let cause = Cause::new(
            "whether it runs depends on a condition: the effect is that of running it",
            range,
        );
        self.effect.unknown.push(cause);
    }

    /// Adds a nested statement's effect, as far as it is about relations that existed before the block.
    fn absorb(&mut self, nested: Effect) {
        let created = self.effect.creates.clone();
        for (name, taken) in nested.locks {
            if !created.contains(&name) {
                self.effect.lock(&name, taken.mode, taken.cause);
            }
        }
        for (from, to) in [
            (nested.rewrites, &mut self.effect.rewrites),
            (nested.scans, &mut self.effect.scans),
            (nested.index_builds, &mut self.effect.index_builds),
        ] {
            for (name, cause) in from {
                if !created.contains(&name) {
                    to.entry(name).or_insert(cause);
                }
            }
        }
        self.effect.creates.extend(nested.creates);
        self.effect.since = self.effect.since.max(nested.since);
        self.effect.waits_for_older_snapshots |= nested.waits_for_older_snapshots;
        self.effect.open_ended |= nested.open_ended;
        self.effect.opaque |= nested.opaque;
        self.effect.unknown.extend(nested.unknown);
    }
}

fn ends_transaction(change: &Change) -> bool {
    matches!(
        change,
        Change::Transaction(Transaction::Commit { .. } | Transaction::Rollback { .. })
    )
}
