//! Threads for queries.
//!
//! Planning recurses deeply: an unoptimised build needs far more stack than the 2 MB that a runtime's threads have by
//! default, so queries get threads of their own. It also keeps long scans off the threads that answer pages.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::error::{LakeError, Result};

const STACK: usize = 32 << 20;

/// A small runtime of its own.
#[derive(Debug)]
pub(crate) struct Threads(Option<Runtime>);

impl Threads {
    pub(crate) fn start(workers: usize) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(workers)
            .thread_stack_size(STACK)
            .thread_name("zhijian-lake")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Runs a query there and waits for it. A query whose asker is gone is stopped.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        let Some(runtime) = &self.0 else { return Err(LakeError::Interrupted) };
        let mut running = Stop(runtime.spawn(work));
        (&mut running.0).await.map_err(|_| LakeError::Interrupted)?
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // A runtime must not wait for its threads inside another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

struct Stop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Stop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
