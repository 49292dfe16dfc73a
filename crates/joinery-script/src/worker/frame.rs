//! Frames: four bytes of length, then a message as `MessagePack`. Both ends refuse what is longer than any message needs
//! to be, and neither believes a length before the bytes have come.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

use crate::json;

/// Bytes a message may have: the largest response body and what goes with it fit.
pub const LARGEST: usize = 128 << 20;
/// Levels a message may have besides those of the values in it.
const DEPTH: usize = 32;
/// Bytes that are made room for before any have come.
const ROOM: usize = 64 << 10;

/// Why a message did not come or go.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The other end is gone, or the pipe broke.
    #[error("the pipe is closed: {0}")]
    Closed(#[from] io::Error),
    /// Longer than [`LARGEST`].
    #[error("a message of {0} bytes")]
    TooLarge(usize),
    /// No message of ours.
    #[error("no message that is known: {0}")]
    Unknown(String),
}

/// A message as a frame.
///
/// # Errors
/// [`Error::TooLarge`]: nothing has been sent then.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut frame = vec![0; 4];
    let mut serializer = rmp_serde::Serializer::new(&mut frame).with_struct_map();
    message
        .serialize(&mut serializer)
        .map_err(|error| Error::Unknown(error.to_string()))?;
    let length = frame.len() - 4;
    if length > LARGEST {
        return Err(Error::TooLarge(length));
    }
    frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(frame)
}

/// Sends a message.
///
/// # Errors
/// [`Error::TooLarge`] before anything is sent, [`Error::Closed`].
pub fn write(mut pipe: impl Write, message: &impl Serialize) -> Result<(), Error> {
    pipe.write_all(&encode(message)?)?;
    Ok(pipe.flush()?)
}

/// The next frame without its length. Waits for it.
///
/// # Errors
/// [`Error::Closed`] or [`Error::TooLarge`].
pub fn read(mut pipe: impl Read) -> Result<Vec<u8>, Error> {
    let mut length = [0; 4];
    pipe.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LARGEST {
        return Err(Error::TooLarge(length));
    }
    let mut frame = Vec::with_capacity(length.min(ROOM));
    pipe.take(length as u64).read_to_end(&mut frame)?;
    if frame.len() < length {
        return Err(Error::Closed(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(frame)
}

/// The message in a frame.
///
/// # Errors
/// [`Error::Unknown`].
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, Error> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(frame);
    // Every level of a value counts for two.
    deserializer.set_max_depth(2 * json::MAX_DEPTH + DEPTH);
    T::deserialize(&mut deserializer).map_err(|error| Error::Unknown(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let value = json!({ "z": [1, -2, 0.1, u64::MAX, null, true], "a": { "text": "å" } });
        let mut pipe = Vec::new();
        write(&mut pipe, &value).unwrap();
        let frame = read(&mut &pipe[..]).unwrap();
        let back: Value = decode(&frame).unwrap();
        assert_eq!(back.to_string(), value.to_string());
    }

    #[test]
    fn a_length_beyond_any_message_is_refused_before_a_byte_is_read() {
        let pipe = u32::MAX.to_le_bytes();
        assert!(matches!(read(&pipe[..]), Err(Error::TooLarge(_))));
        let cut = [200, 0, 0, 0, 1];
        assert!(matches!(read(&cut[..]), Err(Error::Closed(_))));
    }

    #[test]
    fn noise_and_endless_nesting_are_refused() {
        assert!(decode::<Vec<String>>(&[0xc1, 0xff]).is_err());
        // A list of one list of one list ...
        assert!(decode::<Value>(&vec![0x91; 1 << 20]).is_err());
        // A list that says it has four billion items.
        assert!(decode::<Value>(&[0xdd, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    #[test]
    fn the_deepest_value_crosses_on_an_ordinary_thread() {
        let deepest = (1..json::MAX_DEPTH).fold(json!([]), |inner, _| json!([inner]));
        let frame = encode(&deepest).unwrap();
        let back: Value = decode(&frame[4..]).unwrap();
        assert_eq!(back, deepest);
    }
}
