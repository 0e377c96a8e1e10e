//! The socket in front of the endpoint: HTTP/1.1, bounded bodies and waits, graceful shutdown.

mod reply;
pub mod state;
mod worlds;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_policy::condition::date::Moment;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{HeaderValue, ORIGIN};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::runtime::Runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::worlds::{Route, Worlds};
use crate::{Endpoint, Record, Request};

/// The largest request of STS and IAM that is not a SAML provider's metadata fits several times.
const MOST_BODY_BYTES: usize = 2 << 20;
const MOST_CONNECTIONS: usize = 4096;
/// How long a client may take for its headers, and again for its body.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long calls under way may take once the server is to stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// Hears of every call. It runs before the client gets its answer, so it should be quick.
pub type Observer = Box<dyn Fn(&Arc<Record>) + Send + Sync>;

/// A server that is bound and does not serve yet: connections wait until it does.
pub struct Server {
    runtime: Runtime,
    end: Pin<Box<dyn Future<Output = ()>>>,
    listener: TcpListener,
    worlds: Arc<Worlds>,
    observer: Arc<Observer>,
}

impl Server {
    /// Binds a socket; port 0 is any free one. From here on a signal to end does not kill the process, but is waiting
    /// for [`Server::run`].
    ///
    /// # Errors
    /// When the address cannot be bound, or the system has no threads to give.
    pub fn bind(address: SocketAddr, endpoint: Endpoint, observer: Observer) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let end = {
            let _context = runtime.enter();
            Box::pin(end_signal()?)
        };
        let worlds = Arc::new(Worlds::new(Arc::new(endpoint.recording())));
        Ok(Self { runtime, end, listener, worlds, observer: Arc::new(observer) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until the process is interrupted or asked to end, then lets the calls under way finish.
    ///
    /// # Errors
    /// When the socket cannot be waited for.
    pub fn run(self) -> io::Result<()> {
        let Self { runtime, end, listener, worlds, observer } = self;
        runtime.block_on(serve(listener, worlds, observer, end))
    }
}

async fn serve(
    listener: TcpListener,
    worlds: Arc<Worlds>,
    observer: Arc<Observer>,
    mut end: Pin<Box<dyn Future<Output = ()>>>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut end => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (worlds, observer) = (Arc::clone(&worlds), Arc::clone(&observer));
        let service = service_fn(move |request| {
            let (worlds, observer) = (Arc::clone(&worlds), Arc::clone(&observer));
            async move { Ok::<_, Infallible>(answer(&worlds, &observer, request, peer).await) }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that goes away is no news.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
    Ok(())
}

/// The next connection and its place, when there is one. Clients wait while there is no place.
async fn accept(
    listener: &tokio::net::TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(_) => {
            // Out of file handles, most likely: others have to close first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn answer(
    worlds: &Worlds,
    observer: &Observer,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    if head.uri.path() == "/health" {
        return reply::text(StatusCode::OK, "ok");
    }
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let endpoint = match worlds.route(&head.method, head.uri.path()) {
        Route::Endpoint { endpoint, .. } => endpoint,
        // Browsers say which page sends: none has a part in this.
        Route::Manage(_) if head.headers.contains_key(ORIGIN) => {
            return reply::text(StatusCode::FORBIDDEN, "worlds are not for web pages");
        }
        Route::Manage(errand) => return worlds.manage(&errand, &body),
        Route::Answered(response) => return response,
    };
    let headers: Vec<(&str, &[u8])> =
        head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let request = Request {
        method: head.method.as_str(),
        target: head.uri.path_and_query().map_or("/", |target| target.as_str()),
        headers: &headers,
        body: &body,
        source_ip: Some(peer.ip()),
    };
    let answer = endpoint.respond(&request, now());
    answer.record.iter().for_each(observer);
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn read_body(body: Incoming) -> Result<Bytes, Response<Full<Bytes>>> {
    let refusal = |status, text| Err(reply::closing(reply::text(status, text)));
    let too_large = || refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    if body.size_hint().lower() > u64::try_from(MOST_BODY_BYTES).unwrap_or(u64::MAX) {
        return too_large();
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, MOST_BODY_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => too_large(),
        Ok(Err(_)) => refusal(StatusCode::BAD_REQUEST, "the body cannot be read"),
        Err(_) => refusal(StatusCode::REQUEST_TIMEOUT, "the body did not come"),
    }
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Resolves at Ctrl-C, and at the signal that asks a process to end.
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
