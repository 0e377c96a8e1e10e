//! Ctrl-C as something that arrives, so that what was found so far can still be said.

/// From here on Ctrl-C, and the signal that asks a process to end, do not kill the process: `tell` is called instead.
///
/// # Errors
/// When signals cannot be listened to.
pub(super) fn listen(tell: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    std::thread::spawn(move || {
        let _ = runtime.block_on(end());
        tell();
    });
    Ok(())
}

#[cfg(unix)]
async fn end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
