//! Every decoder of `psight_parse::ALL`: the first byte chooses one, the rest is what the kernel said.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let decoders = psight_parse::ALL.iter().flat_map(|kernel| kernel.iter());
    let count = decoders.clone().count();
    if let Some(decoder) = decoders.clone().nth(usize::from(*choice) % count) {
        (decoder.run)(bytes);
    }
});
