//! Every decoder against everything: no input makes one panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use proptest::prelude::*;
use psight_parse::{ALL, Decoder};

/// Files longer than this are cut at the bytes of their ends only.
const WHOLE: usize = 4096;

fn decoders() -> impl Iterator<Item = &'static Decoder> {
    ALL.iter().flat_map(|kernel| kernel.iter())
}

/// The contents of all files of all captured machines, each once. What is neither text of a kernel nor an answer of it
/// (`CAPTURED.md`, `facts.toml`) does no harm here.
fn samples() -> Vec<Vec<u8>> {
    let mut samples = BTreeSet::new();
    let mut dirs = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")];
    while let Some(dir) = dirs.pop() {
        let entries = std::fs::read_dir(&dir).unwrap();
        for entry in entries.map(Result::unwrap) {
            let (path, kind): (PathBuf, _) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                dirs.push(path);
            } else if kind.is_file() {
                samples.insert(std::fs::read(path).unwrap());
            }
        }
    }
    samples.into_iter().collect()
}

/// Where `bytes` is cut: everywhere if it is short, else near both ends.
fn cuts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let length = bytes.len();
    let head = if length <= WHOLE { length } else { WHOLE / 2 };
    let tail = if length <= WHOLE { length } else { length - WHOLE / 2 };
    (0..head).chain(tail..=length)
}

/// Each decoder appears once, so that a name in a report tells which one it is.
#[test]
fn every_decoder_has_a_name_of_its_own() {
    let names: BTreeSet<_> = decoders().map(|decoder| decoder.name).collect();
    assert_eq!(names.len(), decoders().count());
    assert!(names.contains("linux/pid/stat"));
}

#[test]
fn t79_no_decoder_panics_on_any_captured_file_cut_at_any_byte() {
    let samples = samples();
    assert!(samples.len() > 300, "only {} samples were found", samples.len());
    let queue = Mutex::new(samples.iter());
    let next = || queue.lock().unwrap().next();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(sample) = next() {
                    for cut in cuts(sample) {
                        decoders().for_each(|decoder| (decoder.run)(&sample[..cut]));
                    }
                }
            });
        }
    });
}

/// What kernels write, with a few bytes of it changed, doubled or taken out.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let short: Vec<_> = samples().into_iter().filter(|sample| sample.len() <= 16_384).collect();
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4u8);
    (prop::sample::select(short), prop::collection::vec(change, 1..8)).prop_map(
        |(mut bytes, changes)| {
            for (place, byte, what) in changes {
                if bytes.is_empty() {
                    break;
                }
                let at = place.index(bytes.len());
                match what {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.remove(at)),
                    _ => {
                        let rest = bytes[at..].to_vec();
                        bytes.extend(rest);
                    }
                }
            }
            bytes
        },
    )
}

/// The characters that the formats are made of, which random bytes hardly ever are.
fn kernel_like() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just(&b" "[..]),
        Just(&b"\n"[..]),
        Just(&b":"[..]),
        Just(&b"\t"[..]),
        Just(&b"\0"[..]),
        Just(&b"("[..]),
        Just(&b")"[..]),
        Just(&b"-"[..]),
        Just(&b"="[..]),
        Just(&b","[..]),
        Just(&b"\\040"[..]),
        Just(&b"0"[..]),
        Just(&b"18446744073709551615"[..]),
        Just(&b"18446744073709551616"[..]),
        Just(&b"-9223372036854775808"[..]),
        Just(&b"ffffffffffffffff"[..]),
        Just(&b"cpu"[..]),
        Just(&b"kB"[..]),
    ];
    prop::collection::vec(word, 0..64).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn t79_no_decoder_panics_on_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        decoders().for_each(|decoder| (decoder.run)(&bytes));
    }

    #[test]
    fn t79_no_decoder_panics_on_a_changed_file(bytes in mutated()) {
        decoders().for_each(|decoder| (decoder.run)(&bytes));
    }

    #[test]
    fn t79_no_decoder_panics_on_what_looks_like_a_kernel_file(bytes in kernel_like()) {
        decoders().for_each(|decoder| (decoder.run)(&bytes));
    }
}
