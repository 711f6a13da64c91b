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

/// The processes that are to be changed, and those that are left alone.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) meant: Vec<Target>,
    /// Each with the reason.
    spared: Vec<(Target, String)>,
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

    /// The same without those that are left alone. What is left alone keeps its children as well.
    pub(crate) fn chosen(
        &self,
        context: &Context,
        targets: Vec<Target>,
    ) -> Result<Chosen, Failure> {
        let protected = Protected::of(&context.host)?;
        let (mut roots, mut meant, mut spared) = (Vec::new(), Vec::new(), Vec::new());
        let mut sort = |targets: Vec<Target>, others: &mut Vec<Target>| {
            for target in targets {
                match protected.why(&target, Reach::Setting).filter(|_| !self.even_protected) {
                    Some(why) => spared.push((target, why)),
                    None => others.push(target),
                }
            }
        };
        sort(targets, &mut roots);
        sort(self.all_of(context, roots)?, &mut meant);
        Ok(Chosen { meant, spared })
    }

    /// Does `act` to each of them, which is called `action`, and says what became of each.
    pub(crate) fn change(
        &self,
        chosen: Chosen,
        action: &str,
        act: impl FnMut(&Process) -> psight::Result<()>,
    ) -> Vec<Deed> {
        let spared = chosen.spared.into_iter().map(|(target, why)| Deed {
            target,
            action: action.to_owned(),
            outcome: Outcome::Spared(why),
        });
        spared.chain(Deed::each(chosen.meant, action, self.dry_run, act)).collect()
    }
}
