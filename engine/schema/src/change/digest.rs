//! What is asked for, wherever its words stand.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Change;

/// A number that is the same for changes that differ in their ranges alone: a comment was written between the words, say.
///
/// It is that of one process; another one has others.
pub fn digest(changes: &[Change]) -> u64 {
    let mut hasher = Placeless(DefaultHasher::new());
    changes.hash(&mut hasher);
    hasher.finish()
}

/// Leaves out numbers of 32 bits: nothing but ranges is made of them.
struct Placeless(DefaultHasher);

impl Hasher for Placeless {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn write_u32(&mut self, _: u32) {}

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use confiture_syntax::Syntax;

    use super::*;

    fn of(sql: &str) -> u64 {
        digest(&crate::read::changes(&Syntax::parse(sql)))
    }

    #[test]
    fn only_places_make_no_difference() {
        let plain = of("CREATE TABLE t (a varchar(3) DEFAULT 1 CHECK (a > 0))");
        assert_eq!(
            plain,
            of("CREATE  TABLE /* é */ t\n (a varchar(3) DEFAULT 1 -- x\n CHECK (a > 0))")
        );
        for other in [
            "CREATE TABLE t (a varchar(4) DEFAULT 1 CHECK (a > 0))",
            "CREATE TABLE t (a varchar(3) DEFAULT 2 CHECK (a > 0))",
            "CREATE TABLE t (b varchar(3) DEFAULT 1 CHECK (a > 0))",
            "CREATE TABLE t (a varchar(3) DEFAULT 1)",
        ] {
            assert_ne!(plain, of(other), "{other}");
        }
    }
}
