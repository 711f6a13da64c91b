//! Settings of many processes, changed one after the other.

use clap::Args;
use psight::Process;

use super::family::with_descendants;
use super::{Deed, Outcome, Protected, Reach, Target};
use crate::commands::{Context, Failure};

/// How the commands that change a setting go about it.
#[derive(Debug, Default, Args)]
pub(crate) struct Care {
    /// Everything that they started as well.
    #[arg(long)]
    tree: bool,
    /// Show what would be changed, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also the first process and psight itself.
    #[arg(long)]
    even_protected: bool,
}

impl Care {
    /// `targets`, and with `--tree` what they started.
    pub(crate) fn all_of(
        &self,
        context: &Context,
        targets: Vec<Target>,
    ) -> Result<Vec<Target>, Failure> {
        if self.tree { with_descendants(&context.host, targets) } else { Ok(targets) }
    }

    /// Does `act` to each of them, which is called `action`, and says what became of each.
    pub(crate) fn change(
        &self,
        context: &Context,
        targets: Vec<Target>,
        action: &str,
        act: impl FnMut(&Process) -> psight::Result<()>,
    ) -> Result<Vec<Deed>, Failure> {
        let protected = Protected::of(&context.host)?;
        let mut deeds = Vec::new();
        let mut meant = Vec::new();
        for target in targets {
            match protected.why(&target, Reach::Setting).filter(|_| !self.even_protected) {
                Some(why) => {
                    let outcome = Outcome::Spared(why);
                    deeds.push(Deed { target, action: action.to_owned(), outcome });
                }
                None => meant.push(target),
            }
        }
        deeds.extend(Deed::each(meant, action, self.dry_run, act));
        Ok(deeds)
    }
}
