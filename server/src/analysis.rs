//! One thread that turns edits into the next picture of the world. Handlers note what happened and go on; whoever needs
//! an answer waits until what happened before the question is in the picture.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use confiture_ide::{Edited, World};
use tokio::sync::watch;

use crate::documents::{Documents, Opened};
use crate::log::Log;
use crate::projects::{Sources, governs};
use crate::settings::Settings;
use crate::snapshot::Snapshot;
use crate::transport::panic_message;

/// What handlers and the thread share.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) documents: Documents,
    desk: Mutex<Desk>,
    bell: Condvar,
    snapshots: watch::Sender<Arc<Snapshot>>,
    /// Whether projects are being read.
    opening: watch::Sender<bool>,
}

/// What happened and isn't in the picture yet.
#[derive(Debug, Default)]
struct Desk {
    /// How much has happened.
    epoch: u64,
    folders: Vec<PathBuf>,
    settings: Arc<Settings>,
    /// Files that were opened, edited, closed, or written by somebody else.
    touched: BTreeSet<PathBuf>,
    /// Files came, went or were renamed, or the configuration is another.
    is_restructured: bool,
    /// How often something else than an open document has changed.
    stirrings: u64,
    has_ended: bool,
}

/// What the thread takes from the desk.
struct Work {
    epoch: u64,
    folders: Vec<PathBuf>,
    settings: Arc<Settings>,
    touched: BTreeSet<PathBuf>,
    is_restructured: bool,
    stirrings: u64,
}

impl Analysis {
    pub(crate) fn new() -> Analysis {
        Analysis {
            documents: Documents::default(),
            desk: Mutex::default(),
            bell: Condvar::new(),
            snapshots: watch::Sender::new(Arc::default()),
            opening: watch::Sender::new(false),
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // What is on the desk is whole between any two statements.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, what: impl FnOnce(&mut Desk)) {
        let mut desk = self.desk();
        what(&mut desk);
        desk.epoch += 1;
        self.bell.notify_all();
    }

    /// A document was opened, edited or closed.
    pub(crate) fn touch(&self, paths: impl IntoIterator<Item = PathBuf>) {
        self.note(|desk| desk.touched.extend(paths));
    }

    /// Files were written by somebody else.
    pub(crate) fn write(&self, paths: Vec<PathBuf>) {
        self.note(|desk| {
            desk.touched.extend(paths);
            desk.stirrings += 1;
        });
    }

    /// Files came, went or were renamed.
    pub(crate) fn restructure(&self) {
        self.note(|desk| {
            desk.is_restructured = true;
            desk.stirrings += 1;
        });
    }

    /// The client's folders are others.
    pub(crate) fn set_folders(&self, change: impl FnOnce(&mut Vec<PathBuf>)) {
        self.note(|desk| {
            change(&mut desk.folders);
            desk.is_restructured = true;
        });
    }

    /// The settings are others. Whether they were before.
    pub(crate) fn set_settings(&self, settings: Settings) -> bool {
        let is_same = *self.desk().settings == settings;
        if !is_same {
            self.note(|desk| {
                desk.is_restructured |= settings.open_otherwise(&desk.settings);
                desk.settings = Arc::new(settings);
            });
        }
        !is_same
    }

    /// How much has happened.
    pub(crate) fn epoch(&self) -> u64 {
        self.desk().epoch
    }

    /// Whether projects are being read, now and later.
    pub(crate) fn opening(&self) -> watch::Receiver<bool> {
        self.opening.subscribe()
    }

    /// Ends the thread.
    pub(crate) fn end(&self) {
        self.note(|desk| desk.has_ended = true);
    }

    /// The newest picture.
    pub(crate) fn newest(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// The first picture that holds everything up to an epoch.
    pub(crate) async fn caught_up(&self, epoch: u64) -> Arc<Snapshot> {
        let mut snapshots = self.snapshots.subscribe();
        match snapshots.wait_for(|snapshot| snapshot.epoch >= epoch).await {
            Ok(snapshot) => Arc::clone(&snapshot),
            // The sender lives in `self`.
            Err(_) => self.newest(),
        }
    }

    /// Waits for something to do; `None` at the end.
    fn work(&self, done: u64) -> Option<Work> {
        let desk = self.desk();
        let idle = |desk: &mut Desk| desk.epoch <= done && !desk.has_ended;
        let mut desk = self
            .bell
            .wait_while(desk, idle)
            .unwrap_or_else(PoisonError::into_inner);
        if desk.has_ended {
            return None;
        }
        Some(Work {
            epoch: desk.epoch,
            folders: desk.folders.clone(),
            settings: Arc::clone(&desk.settings),
            touched: std::mem::take(&mut desk.touched),
            is_restructured: std::mem::take(&mut desk.is_restructured),
            stirrings: desk.stirrings,
        })
    }

    /// Waits for a while, or until something else happens. Whether nothing did.
    pub(crate) fn rests(&self, epoch: u64, delay: std::time::Duration) -> bool {
        let desk = self.desk();
        if delay.is_zero() {
            return desk.epoch <= epoch;
        }
        let idle = |desk: &mut Desk| desk.epoch <= epoch;
        let (desk, _) = self
            .bell
            .wait_timeout_while(desk, delay, idle)
            .unwrap_or_else(PoisonError::into_inner);
        desk.epoch <= epoch
    }
}

/// What the thread does with each new picture.
pub(crate) trait Audience {
    /// A picture was published. Another may be needed already.
    fn see(&mut self, analysis: &Analysis, snapshot: &Arc<Snapshot>);
}

/// Makes pictures until the end. Blocks.
pub(crate) fn run(analysis: &Analysis, audience: &mut impl Audience, log: &Log) {
    let mut painter = Painter::default();
    let mut done = 0;
    while let Some(work) = analysis.work(done) {
        done = work.epoch;
        match catch_unwind(AssertUnwindSafe(|| painter.paint(analysis, &work))) {
            Ok(Painted::Whole) => {}
            Ok(Painted::Superseded) => continue,
            Err(panic) => {
                log.error(format!("analysis failed: {}", panic_message(panic.as_ref())));
                // What it left half done is read anew next time; till then the older picture answers.
                painter.is_doubtful = true;
                analysis.opening.send_replace(false);
            }
        }
        let snapshot = Arc::new(painter.snapshot(&work));
        analysis.snapshots.send_replace(Arc::clone(&snapshot));
        let seen = catch_unwind(AssertUnwindSafe(|| audience.see(analysis, &snapshot)));
        if let Err(panic) = seen {
            log.error(format!("publishing failed: {}", panic_message(panic.as_ref())));
        }
    }
}

/// Edits of single files that are remembered, so that whoever follows pictures needn't look at everything.
const REMEMBERED: usize = 64;

/// Makes each picture from the one before.
#[derive(Default)]
struct Painter {
    sources: Sources,
    opened: Arc<HashMap<PathBuf, Opened>>,
    world: World,
    generation: u64,
    edits: Arc<VecDeque<(u64, PathBuf)>>,
    /// Files whose texts the world doesn't have yet, because a picture was given up.
    behind: BTreeSet<PathBuf>,
    /// The world may not be what the sources say.
    is_doubtful: bool,
}

impl Painter {
    fn snapshot(&self, work: &Work) -> Snapshot {
        Snapshot {
            epoch: work.epoch,
            generation: self.generation,
            edits: Arc::clone(&self.edits),
            stirrings: work.stirrings,
            world: self.world.clone(),
            opened: Arc::clone(&self.opened),
            settings: Arc::clone(&self.sources.settings),
        }
    }

    fn paint(&mut self, analysis: &Analysis, work: &Work) -> Painted {
        self.sources.folders.clone_from(&work.folders);
        self.sources.settings = Arc::clone(&work.settings);
        let is_stale = || analysis.epoch() > work.epoch;
        self.behind.extend(work.touched.iter().cloned());
        let mut must_open = work.is_restructured || self.is_doubtful;
        let behind = self.behind.clone();
        for path in behind {
            let step = match analysis.documents.take(&path) {
                Some((opened, is_other)) => self.take(&path, opened, is_other),
                None => self.let_go(&path),
            };
            match step {
                Step::Same => {}
                Step::Text(_) if must_open => {}
                Step::Text(text) => match self.world.edited(&path, &text, &is_stale) {
                    Edited::World(world) => self.go_on(&path, world),
                    Edited::Otherwise => must_open = true,
                    Edited::Stale => return Painted::Superseded,
                },
                Step::Document(text) => {
                    let world = std::mem::take(&mut self.world).with_document(&path, text);
                    self.go_on(&path, world);
                }
                Step::Structure => must_open = true,
            }
            // What must be opened anew is remembered as a whole.
            self.is_doubtful |= must_open;
            self.behind.remove(&path);
        }
        if must_open {
            self.open(analysis, is_stale)
        } else {
            Painted::Whole
        }
    }

    /// The world after one file was edited.
    fn go_on(&mut self, path: &Path, world: World) {
        self.world = world;
        self.generation += 1;
        let edits = Arc::make_mut(&mut self.edits);
        edits.push_back((self.generation, path.to_path_buf()));
        if edits.len() > REMEMBERED {
            edits.pop_front();
        }
    }

    /// An open document as it is now.
    fn take(&mut self, path: &Path, opened: Opened, is_other: bool) -> Step {
        let was_sql = self.sources.sql.contains(path);
        if is_other {
            self.sources.put(path, &opened);
        }
        let is_new_sql = opened.is_sql && !was_sql && !self.holds_sql(path);
        Arc::make_mut(&mut self.opened).insert(path.to_path_buf(), opened);
        let Some(text) = self.sources.texts.get(path) else {
            return Step::Same;
        };
        let known = self.world.text(path);
        if known.is_some_and(|known| Arc::ptr_eq(&known, text) || known == *text) {
            Step::Same
        } else if governs(path) || is_new_sql {
            Step::Structure
        } else if self.holds_sql(path) {
            Step::Text(Arc::clone(text))
        } else {
            Step::Document(Some(Arc::clone(text)))
        }
    }

    /// Whether a file is part of a project.
    fn holds_sql(&self, path: &Path) -> bool {
        !self.world.stretches(path).is_empty()
    }

    /// A file that isn't open: what is on disk counts.
    fn let_go(&mut self, path: &Path) -> Step {
        self.sources.remove(path);
        Arc::make_mut(&mut self.opened).remove(path);
        if governs(path) {
            return Step::Structure;
        }
        if !self.holds_sql(path) {
            return Step::Document(None);
        }
        match std::fs::read_to_string(path) {
            Ok(text) if self.world.text(path).as_deref() == Some(text.as_str()) => Step::Same,
            Ok(text) => Step::Text(text.into()),
            Err(_) => Step::Structure,
        }
    }

    fn open(&mut self, analysis: &Analysis, is_stale: impl Fn() -> bool) -> Painted {
        self.is_doubtful = true;
        analysis.opening.send_replace(true);
        let world = self.sources.open(is_stale);
        analysis.opening.send_replace(false);
        let Some(world) = world else {
            return Painted::Superseded;
        };
        self.world = world;
        self.generation += 1;
        self.is_doubtful = false;
        Painted::Whole
    }
}

/// Whether a picture was finished.
enum Painted {
    Whole,
    /// Something happened meanwhile, so it was given up: the next one holds both.
    Superseded,
}

/// What became of a file.
enum Step {
    /// The world has it as it is.
    Same,
    /// It has another text.
    Text(Arc<str>),
    /// It is in no project, and has this text now.
    Document(Option<Arc<str>>),
    /// More than a text is another.
    Structure,
}
