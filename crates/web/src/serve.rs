//! The server: its own runtime, its socket, and how it stops.
//!
//! HTTP/1.1 with keep-alive, over TLS when it is given a certificate. A connection that does not send the head of a request within
//! [`HEAD_SECONDS_MAX`] is closed; at most [`CONNECTIONS_MAX`] are open at once, and others wait in the system's queue.
//! When it is told to stop, the server takes no new connections, lets requests under way finish within
//! [`STOP_SECONDS_MAX`], and closes.
use crate::http::route::router;
use crate::state::{Setting, Web};
use crate::tls::{Certificate, Transport};
use crate::view::Site;
use crate::{design_router, routes};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use kernel::{Error, Result};
use party::RelyingParty;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};

/// Seconds for the head of a request, and for the handshake of TLS.
pub const HEAD_SECONDS_MAX: u64 = 10;
/// Bytes of the head of a request.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Connections open at the same time.
pub const CONNECTIONS_MAX: usize = 10_000;
/// Seconds that requests under way have when the server stops.
pub const STOP_SECONDS_MAX: u64 = 10;
/// Milliseconds before accepting is tried again when the system has no room for a connection.
const ACCEPT_AGAIN_MS: u64 = 50;

/// How the bank is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port 0 is any free port.
    pub listen: SocketAddr,
    /// PEM files of the certificate chain and its key; `None` is plain HTTP, for one machine or behind a proxy.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The bank's name in Chinese and in English.
    pub bank_zh: String,
    pub bank_en: String,
    /// Threads that serve; 0 for as many as there are processors.
    pub threads: usize,
    pub setting: Setting,
}

impl Options {
    pub fn new(listen: SocketAddr) -> Options {
        let (bank_zh, bank_en) = ("驿站银行".into(), "Yizhan Bank".into());
        Options { listen, tls: None, bank_zh, bank_en, threads: 0, setting: Setting::default() }
    }
}

/// Everything that is served, for a server or a test: the table's routes, the gallery and the assets.
pub fn everything(web: &Web) -> Router {
    router(web, routes::table(), design_router())
}

/// A server that runs.
pub struct Server {
    address: SocketAddr,
    stop: Stopper,
    runtime: Option<Runtime>,
    serving: Option<tokio::task::JoinHandle<()>>,
}

/// Stops a server from any thread.
#[derive(Clone)]
pub struct Stopper(Arc<watch::Sender<bool>>);

impl Stopper {
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

pub(crate) fn unusable(what: impl std::fmt::Display, e: std::io::Error) -> Error {
    Error::new(&crate::codes::NOT_SERVING, format!("{what} cannot be used: {e}")).caused_by(e)
}

impl Server {
    /// Binds the address and serves on threads of its own. Errors: `not_serving`, with the address or file that is at fault;
    /// `bad_public_url`.
    pub fn start(bank: app::Bank, options: Options) -> Result<Server> {
        let certificate = options.tls.as_ref().map(|(chain, key)| Certificate::load(chain, key)).transpose()?;
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        if options.threads > 0 {
            builder.worker_threads(options.threads);
        }
        let runtime = builder.thread_name("web").enable_all().build().map_err(|e| unusable("the runtime", e))?;
        let listener = runtime.block_on(TcpListener::bind(options.listen)).map_err(|e| unusable(options.listen, e))?;
        let address = listener.local_addr().map_err(|e| unusable(options.listen, e))?;
        let relying = match &options.setting.public_url {
            Some(url) => RelyingParty::new(url, &options.bank_zh)?,
            None => RelyingParty::local(address.port()),
        };
        // Behind a proxy that ends TLS, the browser is on https all the same.
        let secure = certificate.is_some() || relying.origin().starts_with("https://");
        let site = Site::new(options.bank_zh, options.bank_en, secure);
        let site = Arc::new(site.young_languages(options.setting.young_languages));
        let web = Web::new(bank, site, relying, options.setting);
        let (told, stopped) = watch::channel(false);
        let door = Door { router: everything(&web), certificate: certificate.map(Arc::new), stopped };
        let serving = runtime.spawn(accept(listener, door));
        Ok(Server { address, stop: Stopper(Arc::new(told)), runtime: Some(runtime), serving: Some(serving) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    pub fn stopper(&self) -> Stopper {
        self.stop.clone()
    }
    /// Waits until it was stopped.
    pub fn wait(mut self) -> Result<()> {
        self.finish()
    }
    /// Stops it and waits for the requests under way.
    pub fn stop(mut self) -> Result<()> {
        self.stop.stop();
        self.finish()
    }

    fn finish(&mut self) -> Result<()> {
        let (Some(runtime), Some(serving)) = (self.runtime.take(), self.serving.take()) else { return Ok(()) };
        let done = runtime.block_on(serving);
        runtime.shutdown_timeout(Duration::from_secs(STOP_SECONDS_MAX));
        done.map_err(|e| Error::broken("the server ended by itself").caused_by(e))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[derive(Clone)]
struct Door {
    router: Router,
    certificate: Option<Arc<Certificate>>,
    stopped: watch::Receiver<bool>,
}

/// Takes connections until it is told to stop, then waits for those that are open.
async fn accept(listener: TcpListener, mut door: Door) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { return };
        let (stream, peer) = tokio::select! {
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(why) => {
                    tracing::warn!(error = %why, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(ACCEPT_AGAIN_MS)).await;
                    continue;
                }
            },
            () = told_to_stop(&mut door.stopped) => break,
        };
        let door = door.clone();
        tokio::spawn(async move {
            door.serve(stream, peer).await;
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(Duration::from_secs(STOP_SECONDS_MAX), room.acquire_many(all)).await;
}

/// Also when nobody is left who could say so.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

impl Door {
    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        if let Err(why) = stream.set_nodelay(true) {
            return tracing::debug!(error = %why, "a connection ended at once");
        }
        let patience = Duration::from_secs(HEAD_SECONDS_MAX);
        let transport = match &self.certificate {
            None => Ok(Ok(Transport::Plain(stream))),
            Some(certificate) => tokio::time::timeout(patience, certificate.accept(stream)).await,
        };
        match transport {
            Ok(Ok(transport)) => self.converse(transport, peer).await,
            Ok(Err(why)) => tracing::debug!(error = %why, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    /// Requests and answers over one connection.
    async fn converse(mut self, transport: Transport, peer: SocketAddr) {
        let router = self.router;
        let service = tower::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            tower::ServiceExt::oneshot(router.clone(), request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(transport), TowerToHyperService::new(service));
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = told_to_stop(&mut self.stopped) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(why) = ended {
            tracing::debug!(error = %why, "a connection ended");
        }
    }
}

/// Serves until the process is told to end (SIGTERM, Ctrl-C).
pub fn serve(bank: app::Bank, options: Options) -> Result<()> {
    let server = Server::start(bank, options)?;
    tracing::info!(address = %server.address(), "serving");
    let stop = server.stopper();
    if let Some(runtime) = &server.runtime {
        runtime.spawn(async move {
            told_to_end().await;
            tracing::info!("stopping");
            stop.stop();
        });
    }
    server.wait()
}

async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
