//! A bare axum handler that answers every POST with the bytes of one file: `bare FILE` prints its port and serves.

use std::error::Error;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name the file with the answer")?;
    let answer: &'static str = std::fs::read_to_string(path)?.leak();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let routes = Router::new().route("/", post(move || async move { ([(CONTENT_TYPE, "text/xml")], answer) }));
        axum::serve(listener, routes).await?;
        Ok(())
    })
}
