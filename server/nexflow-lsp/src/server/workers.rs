//! The threads that parse nothing and judge everything: jobs are taken in the order in which they were given.
//!
//! A thread without a job sleeps at once. Pools made for short parallel work look around for a while before they do, which takes
//! processor time from the threads that an answer is waiting for.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

type Job = Box<dyn FnOnce() + Send>;

/// The threads; they end when this is dropped and the jobs that were given are done.
pub struct Workers(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    given: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Shared {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Job> {
        let idle = |queue: &mut Queue| queue.jobs.is_empty() && !queue.closed;
        self.given
            .wait_while(self.queue(), idle)
            .unwrap_or_else(PoisonError::into_inner)
            .jobs
            .pop_front()
    }
}

impl Workers {
    /// So many threads with stacks of so many bytes. A job that panics ends its thread, so jobs have a fence of their own.
    pub fn new(count: usize, stack: usize) -> Workers {
        let shared = Arc::new(Shared::default());
        for number in 0..count {
            let shared = shared.clone();
            thread::Builder::new()
                .name(format!("worker {number}"))
                .stack_size(stack)
                .spawn(move || {
                    while let Some(job) = shared.next() {
                        job();
                    }
                })
                .expect("a thread can be started");
        }
        Workers(shared)
    }

    /// Has a job done.
    pub fn give(&self, job: impl FnOnce() + Send + 'static) {
        self.0.queue().jobs.push_back(Box::new(job));
        self.0.given.notify_one();
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.queue().closed = true;
        self.0.given.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn jobs_begin_in_their_order_and_all_are_done() {
        let workers = Workers::new(1, 1 << 20);
        let (done, results) = mpsc::channel();
        for number in 0..100 {
            let done = done.clone();
            workers.give(move || done.send(number).expect("the test waits"));
        }
        drop(workers);
        drop(done);
        assert_eq!(
            results.iter().collect::<Vec<_>>(),
            (0..100).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_job_that_waits_holds_up_no_other() {
        let workers = Workers::new(2, 1 << 20);
        let (go, wait) = mpsc::channel::<()>();
        let (done, results) = mpsc::channel();
        let first = done.clone();
        workers.give(move || {
            let _ = wait.recv();
            let _ = first.send(1);
        });
        workers.give(move || {
            let _ = done.send(2);
        });
        assert_eq!(results.recv(), Ok(2));
        drop(go);
        assert_eq!(results.recv(), Ok(1));
    }
}
