//! Reading a hook's `config:` with problems at their places.

use std::marker::PhantomData;

/// Reads a hook's `config:`.
#[derive(Debug)]
pub struct ConfigReader<'a> {
    _source: PhantomData<&'a ()>,
}
