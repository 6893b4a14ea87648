//! Places of files as the engine sees them.

use crate::support::Fixture;

#[test]
fn a_place_in_a_later_migration_sees_what_earlier_ones_made() {
    let fixture = Fixture::new(
        "//- migrations/001_a.up.sql\nCREATE TABLE t (id int);\n//- migrations/002_b.up.sql\nALTER TABLE t$0 ADD COLUMN x int;\n",
    );
    let cursor = fixture.world.at(fixture.cursor()).expect("SQL");
    assert_eq!(
        cursor.statement().expect("a statement").text(),
        "ALTER TABLE t ADD COLUMN x int;"
    );
    assert_eq!(cursor.offset_in_statement(), Some(13));
    assert_eq!(cursor.before().catalog.relations.size(), 1);
}
