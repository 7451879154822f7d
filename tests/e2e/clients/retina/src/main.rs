// SPDX-License-Identifier: Apache-2.0

//! Pulls H.264 with retina and writes it as Annex B, parameter sets before every key picture.
//!
//!     retina-pull URL udp|tcp PICTURES FILE
//!
//! Lost packets are lines on standard error.

use std::{error::Error, fs::File, io::BufWriter, io::Write, time::Duration};

use futures::StreamExt;
use retina::client::{
    Credentials, PlayOptions, Session, SessionOptions, SetupOptions, TcpTransportOptions,
    Transport, UdpTransportOptions,
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

fn percent_decoded(text: &str) -> Result<String, Failure> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or("two digits follow a %")?;
        bytes.push(u8::from_str_radix(digits, 16)?);
        bytes.extend(rest.as_bytes());
    }
    Ok(String::from_utf8(bytes)?)
}

/// retina takes name and password beside the URL, not in it.
fn take_login(address: &mut url::Url) -> Result<Option<Credentials>, Failure> {
    let Some(password) = address.password().map(percent_decoded).transpose()? else {
        return Ok(None);
    };
    let username = percent_decoded(address.username())?;
    let cleared = address.set_username("").and(address.set_password(None));
    cleared.map_err(|()| "a URL without a place for a login")?;
    Ok(Some(Credentials { username, password }))
}

async fn pull(args: &[String]) -> Result<(), Failure> {
    let [_, address, lower, pictures, path] = args else {
        return Err("usage: retina-pull URL udp|tcp PICTURES FILE".into());
    };
    let wanted: usize = pictures.parse()?;
    let mut out = BufWriter::new(File::create(path)?);
    let mut address = url::Url::parse(address)?;
    let login = take_login(&mut address)?;
    let mut session = Session::describe(address, SessionOptions::default().creds(login)).await?;
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
