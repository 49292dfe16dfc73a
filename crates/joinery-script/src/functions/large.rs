//! Guards on what makes a large value in one call. What the script holds is counted (see `meter`), but the engine asks
//! whether to go on only between calls, and its own size limits walk whole lists on every call (a hundred times slower
//! on 20,000 records). Functions that multiply are refused here; other growth at most doubles before it is seen.

use rhai::{Array, Blob, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};

use crate::{
    meter,
    state::{Stop, run_of},
};

/// Bytes a text or blob may have.
pub const MAX_BYTES: usize = 64 << 20;
/// Items a list may have.
const MAX_ITEMS: usize = 4 << 20;

type Guarded<T> = Result<T, Box<EvalAltResult>>;

/// Whether a value is larger than any script needs.
pub fn too_large(value: &Dynamic) -> bool {
    if value.is_string() {
        value.as_immutable_string_ref().is_ok_and(|text| text.len() > MAX_BYTES)
    } else if value.is_array() {
        value.as_array_ref().is_ok_and(|items| items.len() > MAX_ITEMS)
    } else if value.is_blob() {
        value.as_blob_ref().is_ok_and(|bytes| bytes.len() > MAX_BYTES)
    } else {
        false
    }
}

fn allow(context: &NativeCallContext, size: Option<usize>, most: usize) -> Guarded<usize> {
    match size.filter(|size| *size <= most) {
        Some(size) => Ok(size),
        None => Err(run_of(context)?.stop(Stop::Memory)),
    }
}

/// Whether a text or blob may have so many bytes; `None` stands for more than can be counted.
///
/// # Errors
/// The stop.
pub fn within(context: &NativeCallContext, size: Option<usize>) -> Guarded<usize> {
    allow(context, size, MAX_BYTES)
}

/// Whether a list may have so many items.
///
/// # Errors
/// The stop.
pub fn within_items(context: &NativeCallContext, count: usize) -> Guarded<usize> {
    allow(context, Some(count), MAX_ITEMS)
}

fn bytes(context: &NativeCallContext, left: usize, right: usize) -> Guarded<usize> {
    allow(context, left.checked_add(right), MAX_BYTES)
}

fn items(context: &NativeCallContext, left: usize, right: usize) -> Guarded<usize> {
    allow(context, left.checked_add(right), MAX_ITEMS)
}

/// Registers the guards over the engine's own functions.
pub fn register(engine: &mut Engine) {
    text(engine);
    lists(engine);
    blobs(engine);
}

fn text(engine: &mut Engine) {
    type Text = ImmutableString;
    fn replace(context: NativeCallContext, text: &mut Text, find: &str, with: &str) -> Guarded<()> {
        let grows = text
            .matches(find)
            .count()
            .checked_mul(with.len().saturating_sub(find.len()));
        bytes(&context, text.len(), grows.unwrap_or(usize::MAX))?;
        *text = text.replace(find, with).into();
        Ok(())
    }
    fn pad(context: NativeCallContext, text: &mut Text, length: i64, with: &str) -> Guarded<()> {
        let missing = usize::try_from(length)
            .unwrap_or(0)
            .saturating_sub(text.chars().count());
        if missing > 0 && !with.is_empty() {
            bytes(&context, text.len(), missing.saturating_mul(4))?;
            let padding: String = with.chars().cycle().take(missing).collect();
            text.make_mut().push_str(&padding);
        }
        Ok(())
    }
    fn split(context: NativeCallContext, text: &str, at: &str) -> Guarded<Array> {
        items(&context, text.matches(at).count(), 1)?;
        Ok(text.split(at).map(|part| part.to_owned().into()).collect())
    }
    engine
        .register_fn("replace", replace)
        .register_fn(
            "replace",
            |context: NativeCallContext, text: &mut Text, find: char, with: &str| {
                replace(context, text, find.encode_utf8(&mut [0; 4]), with)
            },
        )
        .register_fn("pad", pad)
        .register_fn(
            "pad",
            |context: NativeCallContext, text: &mut Text, length: i64, with: char| {
                pad(context, text, length, with.encode_utf8(&mut [0; 4]))
            },
        )
        .register_fn("split", split)
        .register_fn("split", |context: NativeCallContext, text: &str, at: char| {
            split(context, text, at.encode_utf8(&mut [0; 4]))
        });
}

fn lists(engine: &mut Engine) {
    engine.register_fn(
        "pad",
        |context: NativeCallContext, list: &mut Array, length: i64, with: Dynamic| -> Guarded<()> {
            let length = items(&context, usize::try_from(length).unwrap_or(0), 0)?;
            while list.len() < length {
                // A list or map is copied for every place.
                if meter::is_full() {
                    return Err(run_of(&context)?.stop(Stop::Memory));
                }
                list.push(with.clone());
            }
            Ok(())
        },
    );
}

fn blobs(engine: &mut Engine) {
    fn filled(context: NativeCallContext, length: i64, with: i64) -> Guarded<Blob> {
        let length = bytes(&context, usize::try_from(length).unwrap_or(0), 0)?;
        Ok(vec![with.to_le_bytes()[0]; length])
    }
    engine
        .register_fn("blob", |context: NativeCallContext, length: i64| {
            filled(context, length, 0)
        })
        .register_fn("blob", filled)
        .register_fn(
            "pad",
            |context: NativeCallContext, blob: &mut Blob, length: i64, with: i64| -> Guarded<()> {
                let length = bytes(&context, usize::try_from(length).unwrap_or(0), 0)?;
                if length > blob.len() {
                    blob.resize(length, with.to_le_bytes()[0]);
                }
                Ok(())
            },
        );
}
