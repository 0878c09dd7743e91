//! The threads that parse nothing and check everything: tokio's pool for work that blocks. Jobs begin in the order in which they
//! were given.
//!
//! A thread of that pool without a job sleeps at once. Pools made for short parallel work look around for a while before they do,
//! which takes processor time from the threads that an answer is waiting for.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// How long a thread waits for its next job before it ends: longer than somebody at a keyboard thinks, since the first job behind
/// a pause would have to wait for a new one.
const KEEP_ALIVE: Duration = Duration::from_secs(3600);

/// Stack of the threads that parse and check; the tree of a document is walked recursively within its depth limit.
pub(crate) const WORKER_STACK: usize = 16 << 20;

/// How much lower the priority of long jobs is: one of them gets a third of the time of a thread that goes first.
#[cfg(target_os = "linux")]
const LONG_JOBS: i32 = 5;

/// The threads; when this is dropped the jobs that have begun are done, and nobody waits for them.
pub(crate) struct ThreadPool(Option<Runtime>);

impl ThreadPool {
    /// At most so many threads with stacks of so many bytes; they are started when they are needed. A job that panics says so
    /// to nobody, so jobs have a fence of their own.
    pub(crate) fn new(name: &str, count: usize, stack: usize) -> ThreadPool {
        ThreadPool::build(name, count, stack, || ())
    }

    /// The same for jobs that are long: their threads let others go first, such as the one that writes answers.
    pub(crate) fn for_long_jobs(name: &str, count: usize, stack: usize) -> ThreadPool {
        ThreadPool::build(name, count, stack, yield_to_others)
    }

    fn build(name: &str, count: usize, stack: usize, on_start: fn()) -> ThreadPool {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(count)
            .thread_stack_size(stack)
            .thread_name(name)
            .thread_keep_alive(KEEP_ALIVE)
            .on_thread_start(on_start)
            .build()
            .expect("a runtime without input, output and timers asks the system for nothing");
        ThreadPool(Some(runtime))
    }

    /// Has a job done.
    pub(crate) fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        // In a box, or tokio's code for a task would be in the program once for each kind of job.
        let job: Box<dyn FnOnce() + Send> = Box::new(job);
        if let Some(runtime) = &self.0 {
            runtime.spawn_blocking(job);
        }
    }
}

/// Lowers the priority of the calling thread. Elsewhere than on Linux that would be the whole process.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(LONG_JOBS);
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn jobs_begin_in_their_order() {
        let pool = ThreadPool::new("test", 1, 1 << 20);
        let (done, results) = mpsc::channel();
        for number in 0..100 {
            let done = done.clone();
            pool.spawn(move || done.send(number).expect("the test waits"));
        }
        drop(done);
        assert_eq!(
            results.iter().collect::<Vec<_>>(),
            (0..100).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_job_that_waits_holds_up_no_other_and_dropping_waits_for_none() {
        let pool = ThreadPool::new("test", 2, 1 << 20);
        let (go, wait) = mpsc::channel::<()>();
        let (done, results) = mpsc::channel();
        let first = done.clone();
        pool.spawn(move || {
            let _ = wait.recv();
            let _ = first.send(1);
        });
        pool.spawn(move || {
            let _ = done.send(2);
        });
        assert_eq!(results.recv(), Ok(2));
        drop(pool);
        drop(go);
        assert_eq!(results.recv(), Ok(1));
    }
}
