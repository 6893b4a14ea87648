//! Prints what is found under some paths: the projects, their scripts in order, and the problems.
#![allow(clippy::print_stdout, reason = "it prints")]

use confiture_project::{OpenOptions, Workspace};

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let workspace = Workspace::open(&paths, &OpenOptions::default());
    for project in &workspace.projects {
        println!(
            "{} {} ({} scripts)",
            project.layout,
            project.root.display(),
            project.scripts.len()
        );
        for script in &project.scripts {
            let mark = if script.selected { '*' } else { ' ' };
            println!(
                "  {mark} {:?} {:?} {}",
                script.direction,
                script.transaction,
                script.source.path.display()
            );
        }
    }
    for problem in &workspace.problems {
        println!("{problem}");
    }
}
