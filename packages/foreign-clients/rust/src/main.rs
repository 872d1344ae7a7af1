//! Goes the tour over each way, and prints `step: report` for each of its steps. Usage: tour URL TRANSPORT[,TRANSPORT]...
#[cfg(feature = "original")]
use rust_socketio as client;
#[cfg(feature = "fork")]
use tf_rust_socketio as client;

use client::{ClientBuilder, Event, Payload, RawClient, TransportType};
use serde_json::{json, Value};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::time::Duration;

const TEXT: &str = "žluťoučký 語 😀";
const PATIENCE: Duration = Duration::from_secs(5);
type Failed = Box<dyn std::error::Error>;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    for way in &args[2..] {
        println!("== {way}");
        if let Err(error) = tour(&args[1], way) {
            println!("failed: {error}");
        }
    }
    std::process::exit(0);
}

fn tour(url: &str, way: &str) -> Result<(), Failed> {
    let (connected, on_connected) = channel();
    let (said, on_said) = channel();
    let (last, on_last) = channel();
    let (doubled, on_doubled) = channel();
    let (closed, on_closed) = channel();
    let socket = builder(url, way)
        .on(Event::Connect, tells(connected))
        .on("said", tells(said))
        .on("last", tells(last))
        .on("doubled", tells(doubled))
        .on(Event::Close, tells(closed))
        .on("ask", answer)
        .connect()?;
    on_connected.recv_timeout(PATIENCE)?;
    tell("connect", "yes");

    let (heard, on_heard) = channel();
    socket.emit_with_ack("echo", json!(TEXT), PATIENCE, tells(heard))?;
    tell("echo text", &text_of(&on_heard)?);

    let (heard, on_heard) = channel();
    socket.emit_with_ack("quiz", Payload::from(Vec::<Value>::new()), PATIENCE, tells(heard))?;
    if let Ok(text) = text_of(&on_heard) {
        tell("answer a question", &text);
    }

    socket.emit("burst", json!(100))?;
    on_last.recv_timeout(PATIENCE)?;
    let numbers = on_said.try_iter().filter_map(|payload| number_in(&payload));
    let count = numbers.enumerate().take_while(|(at, number)| *at as u64 == *number).count();
    tell("burst in order", &count.to_string());

    socket.emit("double", vec![1u8, 2, 3])?;
    let bytes = bytes_in(&on_doubled.recv_timeout(PATIENCE)?).ok_or("no bytes")?;
    tell("echo bytes", &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());

    let (joined, on_joined) = channel();
    let chat = builder(url, way).namespace("/chat").on(Event::Connect, tells(joined)).connect()?;
    on_joined.recv_timeout(PATIENCE)?;
    tell("join /chat", "yes");
    chat.disconnect()?;

    socket.emit("leave", json!(null))?;
    on_closed.recv_timeout(PATIENCE)?;
    tell("notice the end", "yes");
    Ok(())
}

fn builder(url: &str, way: &str) -> ClientBuilder {
    let transport = match way {
        "polling" => TransportType::Polling,
        "websocket" => TransportType::Websocket,
        _ => TransportType::WebsocketUpgrade,
    };
    ClientBuilder::new(url).reconnect(false).transport_type(transport)
}

fn tells(to: Sender<Payload>) -> impl FnMut(Payload, RawClient) + Send + Sync + 'static {
    move |payload, _| drop(to.send(payload))
}

/// The original cannot answer events of the server.
#[cfg(feature = "original")]
fn answer(_: Payload, _: RawClient) {}

#[cfg(feature = "fork")]
fn answer(payload: Payload, socket: RawClient) {
    let what = text_in(&payload).unwrap_or_default();
    if let Some(id) = payload.ack_id() {
        let _ = socket.ack_with_id(id, json!(format!("well, {what}")));
    }
}

fn text_of(heard: &Receiver<Payload>) -> Result<String, Failed> {
    Ok(text_in(&heard.recv_timeout(PATIENCE)?).ok_or("no text")?)
}

#[allow(unreachable_patterns)]
fn values_in(payload: &Payload) -> &[Value] {
    match payload {
        Payload::Text(values, ..) => values,
        _ => &[],
    }
}

fn bytes_in(payload: &Payload) -> Option<Vec<u8>> {
    match payload {
        Payload::Binary(bytes, ..) => Some(bytes.to_vec()),
        _ => None,
    }
}

/// Answers come in a list of their own.
fn first(values: &[Value]) -> Option<&Value> {
    match values.first()? {
        Value::Array(inner) => first(inner),
        value => Some(value),
    }
}

fn text_in(payload: &Payload) -> Option<String> {
    first(values_in(payload))?.as_str().map(str::to_owned)
}

fn number_in(payload: &Payload) -> Option<u64> {
    first(values_in(payload))?.as_u64()
}

fn tell(step: &str, report: &str) {
    println!("{step}: {report}");
}
