//! For tests: a server on a free port, and raw HTTP/1.0 to it, so that what is measured is what goes over the wire.
use crate::view::Site;
use axum::Router;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

pub(crate) struct Probe(SocketAddr);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Probe {
    pub(crate) async fn people(routes: Router) -> Probe {
        Probe::site(routes, Site::new("驿站", "Yizhan", false)).await
    }
    pub(crate) async fn site(routes: Router, site: Site) -> Probe {
        Probe::serve(super::for_people(routes, Arc::new(site))).await
    }
    pub(crate) async fn programs(routes: Router) -> Probe {
        Probe::serve(super::for_programs(routes, Arc::new(Site::new("驿站", "Yizhan", false)))).await
    }
    pub(crate) async fn serve(routes: Router) -> Probe {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Probe(address)
    }
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.0\r\n\r\n")).await
    }
    pub(crate) async fn ask(&self, request: &str) -> Answer {
        let (address, request) = (self.0, request.to_owned());
        tokio::task::spawn_blocking(move || ask(address, &request)).await.unwrap()
    }
}

fn ask(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|w| w == b"\r\n\r\n").expect("an answer has a head");
    let head = std::str::from_utf8(&all[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned())).collect();
    Answer { status, headers, body: all[end + 4..].to_vec() }
}
