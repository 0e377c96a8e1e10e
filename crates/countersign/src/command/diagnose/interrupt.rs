//! Ctrl-C as something that arrives, so that what was found so far can still be said.

use tokio::runtime::{Builder, Runtime};

/// What a shell gives as the exit code of a program that Ctrl-C killed.
const KILLED: i32 = 130;

/// From here on the first Ctrl-C, or the signal that asks a process to end, does not kill the process: `tell` is called instead.
/// The second one kills it: what the first one waits for may be blocked.
///
/// # Errors
/// When signals cannot be listened to.
pub(super) fn listen(tell: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let mut signals = Signals::listen(&runtime)?;
    std::thread::spawn(move || {
        runtime.block_on(signals.next());
        std::thread::spawn(tell);
        runtime.block_on(signals.next());
        std::process::exit(KILLED);
    });
    Ok(())
}

/// The signals that end a process.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen(runtime: &Runtime) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let _entered = runtime.enter();
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn listen(_: &Runtime) -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
