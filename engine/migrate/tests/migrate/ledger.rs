//! The ledger.

use crate::support::Fixture;

#[test]
fn looking_creates_nothing() {
    let fixture = Fixture::new(&[("migrations/001_a.up.sql", "CREATE TABLE a ();")]);
    let mut session = fixture.session();
    let recorded = fixture.ledger().read(&mut session).unwrap();
    assert!(!recorded.exists && recorded.applied.is_empty());
    let tables = session.text_rows("SELECT oid::regclass FROM pg_class WHERE relname ~ 'confiture'");
    assert_eq!(tables.unwrap(), Vec::<Vec<Option<String>>>::new());
}
