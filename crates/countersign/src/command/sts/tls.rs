//! `--tls`: which certificate the endpoint shows, and where clients find whom to trust.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use countersign_sts::server::Server;
use countersign_sts::server::tls::{Tls, TlsError};

use crate::diagnostic::{Diagnostic, Place};
use crate::read;

/// The most bytes a certificate with its chain, or a key, may have.
const PEM_BYTES: u64 = 1 << 20;

/// Whether TLS is spoken, and with which certificate.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "TLS")]
pub(super) struct TlsArgs {
    /// Speak TLS, with a certificate that is made at the start unless one is given.
    #[arg(long)]
    tls: bool,

    /// A certificate with its chain, as PEM.
    #[arg(long, value_name = "FILE", requires_all = ["tls", "tls_key"])]
    tls_cert: Option<PathBuf>,

    /// The key of that certificate, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Write the certificate that clients have to trust to this file; else it is in a temporary one until the end.
    #[arg(long, value_name = "FILE", requires = "tls", conflicts_with = "tls_cert")]
    tls_ca_out: Option<PathBuf>,
}

/// The file with the certificate that clients have to trust, as long as it is needed.
pub(super) struct TrustFile {
    path: PathBuf,
    lasting: Lasting,
}

enum Lasting {
    UntilTheEnd,
    ForGood,
}

impl TlsArgs {
    /// The server behind TLS, where that is asked for, and what its clients have to trust. A given certificate is one that
    /// they trust already.
    ///
    /// # Errors
    /// When a certificate cannot be made, read or written.
    pub(super) fn secure(&self, server: Server, address: SocketAddr) -> anyhow::Result<(Server, Option<TrustFile>)> {
        if !self.tls {
            return Ok((server, None));
        }
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => given(certificate, key)?,
            _ => Tls::self_signed(address.ip())
                .map_err(|error| Diagnostic::error(told(&error), None))
                .map_err(Box::new)?,
        };
        let trust = tls.authority().map(|authority| TrustFile::write(self.tls_ca_out.as_deref(), authority, address));
        Ok((server.with_tls(tls), trust.transpose()?))
    }

    pub(super) fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

fn given(certificate: &Path, key: &Path) -> anyhow::Result<Tls> {
    let (name, certificate) = read::bytes(certificate, PEM_BYTES)?;
    let (key_name, key) = read::bytes(key, PEM_BYTES)?;
    Tls::of_pem(&certificate, &key).map_err(|error| {
        let mut diagnostic = Diagnostic::error(told(&error), None);
        diagnostic.place = Some(Place::file(if matches!(error, TlsError::NoKey) { key_name } else { name }));
        Box::new(diagnostic).into()
    })
}

fn told(error: &TlsError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

impl TrustFile {
    fn write(asked: Option<&Path>, certificate: &str, address: SocketAddr) -> anyhow::Result<Self> {
        let written = match asked {
            Some(path) => fs::write(path, certificate).map(|()| Self { path: path.into(), lasting: Lasting::ForGood }),
            None => {
                let name = format!("countersign-{}-{}.pem", address.port(), std::process::id());
                let path = std::env::temp_dir().join(name);
                write_new(&path, certificate).map(|()| Self { path, lasting: Lasting::UntilTheEnd })
            }
        };
        written.map_err(|error| {
            let help = "name a file that can be written with --tls-ca-out".to_owned();
            let message = format!("cannot write the certificate that clients have to trust: {}", error.kind());
            Box::new(Diagnostic::error(message, Some(help))).into()
        })
    }

    /// The variables by which SDKs find it: the first is for all but JavaScript, which has the second.
    pub(super) fn variables(&self) -> String {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let quoted = format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
        format!("export AWS_CA_BUNDLE={quoted}\nexport NODE_EXTRA_CA_CERTS={quoted}\n")
    }
}

/// Others write to the folder too: what is there already is not ours to follow or replace.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

impl Drop for TrustFile {
    fn drop(&mut self) {
        match self.lasting {
            Lasting::UntilTheEnd => drop(fs::remove_file(&self.path)),
            Lasting::ForGood => {}
        }
    }
}
