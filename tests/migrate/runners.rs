//! Many runners at once.

use confiture_postgres::Cluster;

use crate::program::{said, start_up};
use crate::project;

#[test]
fn sixteen_programs_at_once_apply_each_migration_once() {
    let project = project::write();
    let database = Cluster::shared(None).unwrap().create_database("runners").unwrap();
    let url = database.url();
    let runners: Vec<_> = (0..16).map(|_| start_up(project.path(), &url)).collect();
    let mut applied = 0;
    for runner in runners {
        let output = runner.wait_with_output().unwrap();
        let lines = String::from_utf8(output.stdout.clone()).unwrap();
        let events = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let events: Vec<_> = events.collect();
        applied += events
            .iter()
            .filter(|event| event["event"] == "migration_finished")
            .count();
        if !output.status.success() {
            // Who didn't get its turn says who had it.
            assert_eq!(output.status.code(), Some(6), "{}", said(&output));
            let error = events
                .iter()
                .find(|event| event["code"] == "lock-held")
                .expect("why it gave up");
            assert!(error["message"].as_str().unwrap().contains("process "), "{error}");
        }
    }
    assert_eq!(applied, project::COUNT);
    project::check_done(&mut database.connect_blocking().unwrap());
}
