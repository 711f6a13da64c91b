//! Children that do not outlive their test, for the tests of the library and for those of the command.

use std::ops::{Deref, DerefMut};
use std::process::Child;

/// A child that is killed and waited for when the test is done with it, also when it fails.
pub struct Ended(pub Child);

impl Deref for Ended {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Ended {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
