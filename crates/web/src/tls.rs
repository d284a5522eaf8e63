//! TLS 1.2 and 1.3 in the server itself, by rustls; a build without the feature `tls` refuses a certificate.
use crate::serve::unusable;
use kernel::Result;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a connection is carried by.
pub enum Transport {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

/// A certificate chain and its key, ready to shake hands.
#[cfg(feature = "tls")]
pub struct Certificate(tokio_rustls::TlsAcceptor);
#[cfg(not(feature = "tls"))]
pub struct Certificate(std::convert::Infallible);

#[cfg(feature = "tls")]
impl Certificate {
    /// Reads both PEM files. Errors name the file.
    pub fn load(chain: &Path, key: &Path) -> Result<Certificate> {
        use std::sync::Arc;
        use tokio_rustls::rustls::ServerConfig;
        use tokio_rustls::rustls::crypto::ring::default_provider;
        use tokio_rustls::rustls::pki_types::pem::PemObject;
        use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
        let wrong = |path: &Path, e: String| unusable(path.display(), io::Error::new(io::ErrorKind::InvalidData, e));
        let certificates = CertificateDer::pem_file_iter(chain)
            .and_then(|all| all.collect::<std::result::Result<Vec<_>, _>>())
            .map_err(|e| wrong(chain, e.to_string()))?;
        let own = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong(key, e.to_string()))?;
        let versions = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong(chain, e.to_string()))?;
        let config = versions.with_no_client_auth().with_single_cert(certificates, own);
        let mut config = config.map_err(|e| wrong(key, e.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Certificate(tokio_rustls::TlsAcceptor::from(Arc::new(config))))
    }

    pub async fn accept(&self, stream: TcpStream) -> io::Result<Transport> {
        Ok(Transport::Tls(Box::new(self.0.accept(stream).await?)))
    }
}

#[cfg(not(feature = "tls"))]
impl Certificate {
    pub fn load(chain: &Path, _: &Path) -> Result<Certificate> {
        Err(unusable(chain.display(), io::Error::new(io::ErrorKind::Unsupported, "this build has no TLS")))
    }
    pub async fn accept(&self, _: TcpStream) -> io::Result<Transport> {
        match self.0 {}
    }
}

macro_rules! with {
    ($self:ident, $stream:ident => $then:expr) => {
        match $self.get_mut() {
            Transport::Plain($stream) => $then,
            #[cfg(feature = "tls")]
            Transport::Tls($stream) => $then,
        }
    };
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        with!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        with!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with!(self, stream => Pin::new(stream).poll_flush(cx))
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::rustls::crypto::ring::default_provider;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    fn own(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
    }

    #[tokio::test]
    async fn what_is_said_over_tls_is_heard() {
        let certificate = Certificate::load(&own("localhost.crt"), &own("localhost.key")).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut transport = certificate.accept(stream).await.unwrap();
            let mut heard = [0; 5];
            transport.read_exact(&mut heard).await.unwrap();
            transport.write_all(&heard).await.unwrap();
            transport.shutdown().await.unwrap();
        });
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(own("localhost.crt")).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let stream = TcpStream::connect(address).await.unwrap();
        let mut client = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
        client.write_all(b"hello").await.unwrap();
        let mut back = Vec::new();
        client.read_to_end(&mut back).await.unwrap();
        assert_eq!(back, b"hello");
        server.await.unwrap();
    }

    #[test]
    fn a_file_that_is_no_certificate_is_named() {
        for (chain, key) in
            [("missing.crt", "localhost.key"), ("localhost.crt", "missing.key"), ("localhost.crt", "localhost.crt")]
        {
            let why = Certificate::load(&own(chain), &own(key)).err().unwrap();
            assert!(why.is(&crate::codes::NOT_SERVING) && why.message().contains("testdata"), "{why:?}");
        }
    }
}
