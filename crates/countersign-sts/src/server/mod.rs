//! The socket in front of the endpoint: HTTP/1.1, bounded bodies and waits, graceful shutdown.

mod admin;
mod guard;
mod metrics;
mod places;
mod reply;
pub mod state;
#[cfg(feature = "tls")]
pub mod tls;
mod transport;
mod worlds;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use countersign_policy::condition::date::Moment;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{HeaderValue, ORIGIN};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use self::places::Places;
use self::transport::Transport;
use self::worlds::{Route, Worlds};
use crate::{Endpoint, Record, Request};

/// The largest request of STS and IAM that is not a SAML provider's metadata fits several times.
const MOST_BODY_BYTES: usize = 2 << 20;
/// A connection's buffer: the largest head fits.
const MOST_HEAD_BYTES: usize = 64 << 10;
/// Larger bodies take turns, so that many at once do not fill the memory.
const SMALL_BODY_BYTES: usize = 16 << 10;
const MOST_LARGE_BODIES: usize = 16;
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
    transport: Transport,
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
        let worlds = Arc::new(Worlds::new(endpoint.recording()));
        Ok(Self { runtime, end, listener, worlds, observer: Arc::new(observer), transport: Transport::Plain })
    }

    /// Clients have to speak TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(self, tls: tls::Tls) -> Self {
        Self { transport: Transport::Tls(tls), ..self }
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
        let Self { runtime, end, listener, worlds, observer, transport } = self;
        runtime.block_on(serve(listener, transport, worlds, observer, end))
    }
}

async fn serve(
    listener: TcpListener,
    transport: Transport,
    worlds: Arc<Worlds>,
    observer: Arc<Observer>,
    mut end: Pin<Box<dyn Future<Output = ()>>>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let graceful = GracefulShutdown::new();
    let places = Places::new();
    let large_bodies = Arc::new(Semaphore::new(MOST_LARGE_BODIES));
    tokio::spawn(Arc::clone(&places).watch());
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MOST_HEAD_BYTES);
    loop {
        let (stream, peer, place) = tokio::select! {
            accepted = places.accept(&listener) => accepted,
            () = &mut end => break,
        };
        let _ = stream.set_nodelay(true);
        let metrics = Arc::clone(&worlds.metrics);
        metrics.connected();
        let shared = (Arc::clone(&worlds), Arc::clone(&observer), Arc::clone(&large_bodies), place.bell());
        let service = service_fn(move |request| {
            let (worlds, observer, large_bodies, bell) = shared.clone();
            async move {
                bell.ring();
                let answer = answer(&worlds, &observer, &large_bodies, request, peer).await;
                bell.ring();
                Ok::<_, Infallible>(answer)
            }
        });
        let (http, transport, watcher) = (http.clone(), transport.clone(), graceful.watcher());
        tokio::spawn(async move {
            let conversation = async {
                if let Some(wire) = transport.open(stream).await {
                    // A client that goes away is no news.
                    let _ = watcher.watch(http.serve_connection(TokioIo::new(wire), service)).await;
                }
            };
            tokio::select! {
                () = conversation => {}
                () = place.wanted() => {}
            }
            metrics.disconnected();
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
    Ok(())
}

async fn answer(
    worlds: &Worlds,
    observer: &Observer,
    large_bodies: &Semaphore,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    if head.uri.path() == "/health" {
        return reply::text(StatusCode::OK, "ok");
    }
    let body = match read_body(body, large_bodies).await {
        Ok(body) => body,
        Err(Refusal { status, text }) => return reply::closing(reply::text(status, text)),
    };
    let arrived = Instant::now();
    let place = match worlds.route(&head.method, head.uri.path()) {
        Route::Place { place, rest } => match admin::path(&rest) {
            Some(path) => return admin::answer(path, &head, &place.decisions, worlds.metrics_of(&place)),
            None => place,
        },
        // Browsers say which page sends: none has a part in this.
        Route::Manage(_) if head.headers.contains_key(ORIGIN) || guard::is_foreign(&head) => {
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
    let answer = place.endpoint.respond(&request, now());
    if let Some(record) = &answer.record {
        place.decisions.keep(record);
        observer(record);
        worlds.metrics.count(record, arrived.elapsed());
    }
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// A body that was not read to its end.
struct Refusal {
    status: StatusCode,
    text: &'static str,
}

async fn read_body(body: Incoming, large_bodies: &Semaphore) -> Result<Bytes, Refusal> {
    let refusal = |status, text| Err(Refusal { status, text });
    let too_large = || refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    let (least, most) = (body.size_hint().lower(), body.size_hint().upper().unwrap_or(u64::MAX));
    if least > bytes(MOST_BODY_BYTES) {
        return too_large();
    }
    let collected = tokio::time::timeout(PATIENCE, async {
        let turn = if most > bytes(SMALL_BODY_BYTES) { large_bodies.acquire().await.ok() } else { None };
        let body = Limited::new(body, MOST_BODY_BYTES).collect().await;
        drop(turn);
        body
    });
    match collected.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => too_large(),
        Ok(Err(_)) => refusal(StatusCode::BAD_REQUEST, "the body cannot be read"),
        Err(_) => refusal(StatusCode::REQUEST_TIMEOUT, "the body did not come"),
    }
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
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
