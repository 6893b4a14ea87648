//! The baseline: findings that an old project starts with, and that runs leave out.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use confiture_lint::Baseline;
use confiture_project::config::BASELINE;

use super::{Checked, open};
use crate::args::LintArgs;
use crate::commands::Terminal;
use crate::failure::Failure;

/// A baseline and its file.
pub(super) struct BaselineFile {
    /// As people see it.
    shown: PathBuf,
    /// The absolute path of its folder: paths in it are relative to that.
    folder: PathBuf,
    /// What it holds; nothing where there is no file.
    baseline: Baseline,
}

impl BaselineFile {
    /// The baseline that the arguments or the configuration name, otherwise the one beside the configuration.
    pub(super) fn find(args: &LintArgs) -> Result<BaselineFile, Failure> {
        let (config, _) = open::configuration(args);
        let (configured, is_configured) = config.baseline_file(open::first_folder(args));
        let is_named = args.rules.baseline.is_some() || is_configured;
        let path = args.rules.baseline.clone().unwrap_or(configured);
        let absolute = std::path::absolute(&path)?;
        let baseline = match fs::read_to_string(&absolute) {
            Ok(text) => read(&path, &text)?,
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && (!is_named || args.rules.write_baseline) =>
            {
                Baseline::default()
            }
            Err(error) => {
                return Err(Failure::Read {
                    path: path.display().to_string(),
                    error,
                });
            }
        };
        let here = std::env::current_dir().unwrap_or_default();
        Ok(BaselineFile {
            shown: absolute.strip_prefix(&here).unwrap_or(&absolute).to_path_buf(),
            folder: absolute.parent().unwrap_or(Path::new("/")).to_path_buf(),
            baseline,
        })
    }

    /// Takes known findings out of the reports, and says so.
    pub(super) fn filter(&self, checked: &mut [Checked], terminal: Terminal) {
        if self.baseline.is_empty() {
            return;
        }
        let mut filter = self.baseline.filter(&self.folder);
        for run in checked {
            filter.apply(&run.project, &run.rules, &mut run.report);
        }
        if terminal.quiet {
            return;
        }
        let mut err = io::stderr().lock();
        let shown = self.shown.display();
        // A standard error that is closed is nobody's loss.
        if filter.matched() > 0 {
            let _ = writeln!(err, "{} known findings left out ({shown})", filter.matched());
        }
        if filter.stale() > 0 {
            let _ = writeln!(
                err,
                "{} findings of {shown} are gone; --write-baseline makes it smaller",
                filter.stale()
            );
        }
    }

    /// Writes the findings of a run into the file; those of files that the run did not look at stay.
    pub(super) fn write(mut self, checked: &[Checked], terminal: Terminal) -> Result<(), Failure> {
        for run in checked {
            self.baseline.record(&self.folder, &run.project, &run.report);
        }
        let folder = self.folder.clone();
        self.baseline.retain_files(|path| folder.join(path).exists());
        let path = self
            .folder
            .join(self.shown.file_name().unwrap_or(BASELINE.as_ref()));
        fs::write(&path, self.baseline.write()).map_err(|error| Failure::Write {
            path: self.shown.display().to_string(),
            error,
        })?;
        if !terminal.quiet {
            let count = self.baseline.len();
            let word = if count == 1 { "finding" } else { "findings" };
            // As above.
            let _ = writeln!(io::stderr(), "{} written: {count} {word}", self.shown.display());
        }
        Ok(())
    }
}

fn read(path: &Path, text: &str) -> Result<Baseline, Failure> {
    Baseline::read(text).map_err(|error| Failure::Baseline {
        path: path.display().to_string(),
        error,
    })
}
