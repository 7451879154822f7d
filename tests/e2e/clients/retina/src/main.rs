// SPDX-License-Identifier: Apache-2.0

//! Pulls H.264 with retina and writes it as Annex B, parameter sets before every key picture.
//!
//!     retina-pull URL udp|tcp PICTURES FILE
//!
//! Lost packets are lines on standard error.

use std::{error::Error, fs::File, io::BufWriter, io::Write, time::Duration};

use futures::StreamExt;
use retina::client::{
    PlayOptions, Session, SessionOptions, SetupOptions, TcpTransportOptions, Transport,
    UdpTransportOptions,
};
use retina::codec::{CodecItem, FrameFormat};

type Failure = Box<dyn Error>;

fn transport(name: &str) -> Result<Transport, Failure> {
    match name {
        "udp" => Ok(Transport::Udp(UdpTransportOptions::default())),
        "tcp" => Ok(Transport::Tcp(TcpTransportOptions::default())),
        other => Err(format!("no transport {other}").into()),
    }
}

async fn pull(args: &[String]) -> Result<(), Failure> {
    let [_, address, lower, pictures, path] = args else {
        return Err("usage: retina-pull URL udp|tcp PICTURES FILE".into());
    };
    let wanted: usize = pictures.parse()?;
    let mut out = BufWriter::new(File::create(path)?);
    let mut session =
        Session::describe(url::Url::parse(address)?, SessionOptions::default()).await?;
    let video = session
        .streams()
        .iter()
        .position(|s| s.encoding_name() == "h264")
        .ok_or("no H.264 in the description")?;
    let options = SetupOptions::default()
        .transport(transport(lower)?)
        .frame_format(FrameFormat::SIMPLE);
    session.setup(video, options).await?;
    let mut items = session.play(PlayOptions::default()).await?.demuxed()?;
    let mut received = 0;
    while received < wanted {
        match items.next().await.ok_or("the server ended the session")?? {
            CodecItem::VideoFrame(frame) => {
                if frame.loss() > 0 {
                    eprintln!("lost packets: {}", frame.loss());
                }
                out.write_all(frame.data())?;
                received += 1;
            }
            _ => continue,
        }
    }
    Ok(out.flush()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().collect();
    tokio::time::timeout(Duration::from_secs(30), pull(&args)).await?
}
