//! What connections speak below HTTP.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A connection that HTTP is spoken on.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// How connections begin.
#[derive(Clone, Default)]
pub(super) enum Transport {
    /// With HTTP.
    #[default]
    Plain,
    /// With a TLS handshake.
    #[cfg(feature = "tls")]
    Tls(super::tls::Tls),
}

impl Transport {
    /// The connection, once HTTP can be spoken on it. `None` when the client does not get as far as that.
    pub(super) async fn open(self, stream: TcpStream) -> Option<Box<dyn Wire>> {
        match self {
            Self::Plain => Some(Box::new(stream)),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => {
                let shaken = tokio::time::timeout(super::PATIENCE, tls.acceptor.accept(stream)).await;
                Some(Box::new(shaken.ok()?.ok()?))
            }
        }
    }
}
