//! Threads that do what may never end, at most one for each thing that does not.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Enough for a system call or two.
const STACK: usize = 256 << 10;

/// Helper threads, which end when this is dropped, or when they are let go after that.
pub(super) struct Helpers<K, T> {
    /// The process whose threads they are.
    process: u32,
    shared: Arc<Shared<K, T>>,
    /// Those of a process that was forked from it: threads do not come along, and what they had locked stays locked.
    forked: OnceLock<Box<Self>>,
}

struct Shared<K, T> {
    state: Mutex<State<K, T>>,
    /// There is a job to do, or the end has come.
    work: Condvar,
    /// A job is done.
    done: Condvar,
}

struct State<K, T> {
    jobs: VecDeque<Job<K, T>>,
    /// Since when each thing has been asked.
    busy: HashMap<K, Instant>,
    /// Threads that wait for a job, or are about to.
    free: usize,
    ended: bool,
}

struct Job<K, T> {
    key: K,
    run: Run<T>,
    answer: SyncSender<T>,
}

/// What is to be done.
type Run<T> = Box<dyn FnOnce() -> T + Send>;

/// Why nothing was done, and what that was.
pub(super) struct NoThread<T> {
    pub(super) error: io::Error,
    pub(super) run: Run<T>,
}

impl<K, T> Helpers<K, T>
where
    K: Hash + Eq + Clone + Send + 'static,
    T: Send + 'static,
{
    /// No thread yet.
    pub(super) fn new() -> Self {
        let state = State { jobs: VecDeque::new(), busy: HashMap::new(), free: 0, ended: false };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            work: Condvar::new(),
            done: Condvar::new(),
        });
        Self { process: std::process::id(), shared, forked: OnceLock::new() }
    }

    /// Those of this process.
    fn own(&self) -> &Arc<Shared<K, T>> {
        let (mut helpers, process) = (self, std::process::id());
        while helpers.process != process {
            helpers = helpers.forked.get_or_init(|| Box::new(Self::new()));
        }
        &helpers.shared
    }

    /// What `run` gives, once nothing else is asked of `key`; `None` at the deadline, or if what is being asked of `key`
    /// has taken more than `within` already. An error says that no thread could be started, and gives `run` back.
    pub(super) fn ask(
        &self,
        key: K,
        within: Duration,
        deadline: Option<Instant>,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, NoThread<T>> {
        let shared = self.own();
        let mut state = shared.lock();
        while let Some(since) = state.busy.get(&key) {
            let patience = since.checked_add(within);
            let until = patience.into_iter().chain(deadline).min();
            match shared.wait_until(state, until) {
                Some(woken) => state = woken,
                None => return Ok(None),
            }
        }
        state.busy.insert(key.clone(), Instant::now());
        let (answer, answered) = sync_channel(1);
        state.jobs.push_back(Job { key, run: Box::new(run), answer });
        if state.jobs.len() > state.free {
            shared.start_one(&mut state)?;
        }
        drop(state);
        shared.work.notify_one();
        Ok(match deadline {
            Some(at) => answered.recv_timeout(at.saturating_duration_since(Instant::now())),
            None => answered.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
        .ok())
    }
}

impl<K, T> Drop for Helpers<K, T> {
    fn drop(&mut self) {
        // Another process's threads end with its own.
        if self.process == std::process::id() {
            self.shared.lock().ended = true;
            self.shared.work.notify_all();
        }
    }
}

impl<K, T> Shared<K, T> {
    fn lock(&self) -> MutexGuard<'_, State<K, T>> {
        // The state is whole at every unlock: a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a job is done; `None` when it is `until` first.
    fn wait_until<'a>(
        &'a self,
        state: MutexGuard<'a, State<K, T>>,
        until: Option<Instant>,
    ) -> Option<MutexGuard<'a, State<K, T>>> {
        let Some(until) = until else {
            return Some(self.done.wait(state).unwrap_or_else(PoisonError::into_inner));
        };
        let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        let woken = self.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        Some(woken.0)
    }
}

impl<K: Hash + Eq + Send + 'static, T: Send + 'static> Shared<K, T> {
    /// Starts a thread for the last job, or takes the job back.
    fn start_one(self: &Arc<Self>, state: &mut State<K, T>) -> Result<(), NoThread<T>> {
        let shared = self.clone();
        let thread = thread::Builder::new().name("psight-disk".into()).stack_size(STACK);
        let Err(error) = thread.spawn(move || shared.serve()) else {
            state.free += 1;
            return Ok(());
        };
        // The job that was pushed last is there, as nobody else had the state.
        let Some(job) = state.jobs.pop_back() else { return Ok(()) };
        state.busy.remove(&job.key);
        Err(NoThread { error, run: job.run })
    }

    /// What a thread does all its life.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            let Some(job) = state.jobs.pop_front() else {
                if state.ended {
                    return;
                }
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.free -= 1;
            drop(state);
            let answer = (job.run)();
            state = self.lock();
            state.busy.remove(&job.key);
            self.done.notify_all();
            // Whoever asked may have gone on without the answer.
            let _ = job.answer.try_send(answer);
            if state.free > state.jobs.len() {
                return;
            }
            state.free += 1;
        }
    }
}

#[cfg(all(test, unix))]
impl<K, T> Helpers<K, T> {
    /// How many threads there are: each holds the shared state, and so does this.
    pub(super) fn threads(&self) -> usize {
        Arc::strong_count(&self.shared) - 1
    }
}
