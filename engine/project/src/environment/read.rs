//! Reading an environment, wherever it stands.

use super::{Address, Environment, Retries};
use crate::ProblemCode;
use crate::config::decode::Decoder;
use crate::config::schema;
use crate::secret::Secret;
use crate::yaml::{Key, Node, Value};

/// Where an environment is written: what else may stand beside its settings depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An entry of `environments:`.
    Entry,
    /// `environment:` of `confiture.yaml`: it may hold the project's lint settings, which are read elsewhere.
    Single,
    /// A file of its own, or the `environment:` in it.
    File,
}

impl Place {
    /// The keys that can stand here.
    fn keys(self) -> Vec<String> {
        match self {
            Place::Entry => schema::keys::<schema::EnvironmentSettings>(),
            Place::Single => schema::keys::<schema::EnvironmentFile>(),
            Place::File => {
                let mut keys = schema::keys::<schema::EnvironmentSettings>();
                keys.push("name".to_owned());
                keys
            }
        }
    }
}

impl Environment {
    /// Reads the settings of an environment; those of another kind that may stand at this place are left to others.
    pub(crate) fn read(decoder: &mut Decoder<'_>, name: &str, node: &Node, place: Place) -> Environment {
        let mut environment = Environment {
            name: name.to_owned(),
            source: Some(decoder.source()),
            range: node.range.clone(),
            ..Environment::default()
        };
        for (key, value) in decoder.map(node, &format!("environment `{name}`")) {
            environment.read_key(decoder, key, value, place);
        }
        environment
    }

    fn read_key(&mut self, decoder: &mut Decoder<'_>, key: &Key, value: &Node, place: Place) {
        let what = format!("`{}`", key.name);
        match key.name.as_str() {
            "database_url" | "url" => self.read_address(decoder, value, &what),
            "production" | "protected" => {
                self.production |= decoder.bool(value, &what).unwrap_or_default();
            }
            "lock_timeout" => self.lock_timeout = decoder.duration(value, &what),
            "statement_timeout" => self.statement_timeout = decoder.duration(value, &what),
            "retries" => self.retries = decoder.retries(value),
            "pg_version" => self.pg_version = decoder.pg_version(value),
            "load_order" => self.load_order = decoder.patterns(value, "`load_order`"),
            "hooks" => self.hooks = Some(value.clone()),
            "allow" => self.allow = decoder.patterns(value, "`allow`"),
            "sync" => self.sync = Some(value.clone()),
            "pggit" => self.pggit = Some(value.clone()),
            "name" if place != Place::Entry => {}
            "environment" if place == Place::File && value.scalar().is_some() => {}
            "linting" if place == Place::Single => {}
            "linting" => decoder.misplaced_linting(key, &self.name),
            _ => {
                let of = format!(" of environment `{}`", self.name);
                decoder.unknown_key(key, &of, &place.keys());
            }
        }
    }

    fn read_address(&mut self, decoder: &mut Decoder<'_>, value: &Node, what: &str) {
        let address = decoder
            .text(value, what)
            .filter(|text| !text.trim().is_empty())
            .map(|text| Address {
                text: Secret::new(text),
                range: value.range.clone(),
            });
        if address.is_none() && value.scalar().is_some() {
            decoder.wrong(value, what, "a URL or a connection string");
        }
        self.database_url = address;
    }
}

impl Decoder<'_> {
    /// A number of attempts, or a mapping with pauses too.
    pub(crate) fn retries(&mut self, node: &Node) -> Option<Retries> {
        let Value::Map(entries) = &node.value else {
            let attempts = self.attempts(node, "`retries`")?;
            return Some(Retries {
                attempts,
                wait: None,
                max_wait: None,
                wait_for_blockers: None,
            });
        };
        let mut retries = Retries {
            attempts: 1,
            wait: None,
            max_wait: None,
            wait_for_blockers: None,
        };
        let mut counted = false;
        for (key, value) in entries {
            let what = format!("`retries.{}`", key.name);
            match key.name.as_str() {
                "attempts" => {
                    counted = true;
                    retries.attempts = self.attempts(value, &what)?;
                }
                "wait" => retries.wait = self.duration(value, &what),
                "wait_for_blockers" => retries.wait_for_blockers = self.duration(value, &what),
                "max_wait" => retries.max_wait = self.duration(value, &what),
                _ => self.unknown_key(key, " in `retries`", &schema::keys::<schema::RetriesFile>()),
            }
        }
        if !counted {
            let message = "`retries` doesn't say how many `attempts`".to_owned();
            let problem = self.problem(ProblemCode::WrongValue, &node.range, message);
            self.push(problem);
            return None;
        }
        Some(retries)
    }

    fn attempts(&mut self, node: &Node, what: &str) -> Option<u32> {
        let attempts = match node.value {
            Value::Int(number) => u32::try_from(number).ok(),
            _ => None,
        };
        let attempts = attempts.filter(|number| (1..=schema::MOST_ATTEMPTS).contains(number));
        if attempts.is_none() {
            self.wrong(
                node,
                what,
                &format!("a number of attempts from 1 to {}", schema::MOST_ATTEMPTS),
            );
        }
        attempts
    }
}
