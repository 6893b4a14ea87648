//! Errors.

use confiture_migrate::ErrorKind;

#[test]
fn the_book_has_every_code_in_the_row_of_its_exit_status() {
    let page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/exit-status.md"
    ));
    let page = page.unwrap();
    for kind in ErrorKind::ALL {
        let row = format!("| {} |", kind.exit_status());
        let row = page
            .lines()
            .find(|line| line.starts_with(&row))
            .expect("a row of the status");
        assert!(row.contains(&format!("`{kind}`")), "{kind} is missing in: {row}");
    }
}
