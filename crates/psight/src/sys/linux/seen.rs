//! Text of the kernel that is read again and again.

use std::mem;

use crate::Result;

/// The text that was decoded last, where there is any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    text: Option<Vec<u8>>,
    /// For the next text.
    room: Vec<u8>,
}

impl Seen {
    /// Where the next text goes.
    pub(crate) fn room(&mut self) -> &mut Vec<u8> {
        &mut self.room
    }

    /// What `decode` makes of the next text; `None` if it is that of last time.
    pub(crate) fn decoded<T>(
        &mut self,
        decode: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.text.as_ref() == Some(&self.room) {
            return Ok(None);
        }
        let decoded = decode(&self.room)?;
        mem::swap(self.text.get_or_insert_default(), &mut self.room);
        Ok(Some(decoded))
    }

    /// What came from elsewhere is to be compared with no text.
    pub(crate) fn forget(&mut self) {
        self.text = None;
    }
}
