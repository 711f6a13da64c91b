//! What a network driver says of its link: `struct ethtool_link_settings` (since 4.6), `struct ethtool_cmd` before.

use super::Endian;

/// What the driver knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkSettings {
    /// The speed in megabits in a second. `None` where the driver does not know.
    pub speed: Option<u32>,
    /// Whether the link sends and receives at once. `None` where the driver does not know.
    pub full_duplex: Option<bool>,
    /// How many words long each of the three masks after the structure is; below 0 if they were asked for with another
    /// length, and the rest was not filled in. 0 in the old structure.
    pub mask_words: i8,
}

/// Decodes `struct ethtool_link_settings`. `None` if it is cut short.
pub fn link_settings(bytes: &[u8], order: Endian) -> Option<LinkSettings> {
    Some(LinkSettings {
        speed: speed(order.u32(bytes, 4)?),
        full_duplex: full_duplex(*bytes.get(8)?),
        mask_words: bytes.get(15)?.cast_signed(),
    })
}

/// Decodes `struct ethtool_cmd`, whose speed is in two parts since 2.6.27. `None` if it is cut short.
pub fn ethtool_cmd(bytes: &[u8], order: Endian) -> Option<LinkSettings> {
    let low = u32::from(order.u16(bytes, 12)?);
    let high = u32::from(order.u16(bytes, 28)?);
    Some(LinkSettings {
        speed: speed(high << 16 | low),
        full_duplex: full_duplex(*bytes.get(14)?),
        mask_words: 0,
    })
}

/// A speed as any of the kernel's interfaces tells it, unless it means that the driver does not know: 0, -1, and -1 in
/// 16 bits, which drivers from before 2.6.27 say.
pub fn speed(megabits: u32) -> Option<u32> {
    let known = megabits != 0 && megabits != u32::from(u16::MAX) && megabits <= i32::MAX as u32;
    known.then_some(megabits)
}

fn full_duplex(number: u8) -> Option<bool> {
    match number {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(speed: u32, duplex: u8, words: i8) -> Vec<u8> {
        let mut bytes = vec![0; 48];
        bytes[4..8].copy_from_slice(&speed.to_le_bytes());
        bytes[8] = duplex;
        bytes[15] = words.cast_unsigned();
        bytes
    }

    #[test]
    fn t63_fast_links_are_told_whole() {
        for megabits in [10, 1000, 5_000, 100_000, 400_000] {
            let settings = link_settings(&new(megabits, 1, 4), Endian::Little).unwrap();
            assert_eq!((settings.speed, settings.full_duplex), (Some(megabits), Some(true)));
            let mut old = vec![0; 44];
            old[12..14].copy_from_slice(&(megabits as u16).to_le_bytes());
            old[28..30].copy_from_slice(&((megabits >> 16) as u16).to_le_bytes());
            assert_eq!(ethtool_cmd(&old, Endian::Little).unwrap().speed, Some(megabits));
        }
    }

    #[test]
    fn t63_what_the_driver_does_not_know_is_none() {
        for unknown in [0, 65_535, u32::MAX, u32::MAX - 1, 1 << 31] {
            assert_eq!(link_settings(&new(unknown, 0xff, 4), Endian::Little).unwrap().speed, None);
        }
        assert_eq!(link_settings(&new(1, 0xff, 4), Endian::Little).unwrap().full_duplex, None);
    }

    #[test]
    fn the_masks_length_is_told_below_zero() {
        assert_eq!(link_settings(&new(0, 0, -4), Endian::Little).unwrap().mask_words, -4);
        assert_eq!(link_settings(&[0; 15], Endian::Little), None);
    }
}
