//! Serves the gallery of components by itself: `cargo run -p web --example gallery -- 127.0.0.1:8099`.
use std::sync::Arc;
use web::http::for_people;
use web::{Site, design_router};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".into());
    let site = Arc::new(Site::new("驿站银行", "Yizhan Bank", false));
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{address}/design");
    axum::serve(listener, for_people(design_router(), site)).await
}
