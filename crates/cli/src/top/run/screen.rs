//! Taking the terminal, and giving it back as it was: at the end, at a stop, and when something panics.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};

type Drawn = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal, taken as long as this lives.
pub(super) struct Screen {
    terminal: Drawn,
    taken: Arc<AtomicBool>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        let taken = Arc::new(AtomicBool::new(false));
        give_back_on_panic(Arc::clone(&taken));
        let screen = Self { terminal: terminal()?, taken, mouse };
        screen.take()?;
        Ok(screen)
    }

    fn take(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.taken.store(true, Ordering::SeqCst);
        execute!(stdout(), EnterAlternateScreen, Hide)?;
        if self.mouse { mouse::take(&mut stdout()) } else { Ok(()) }
    }

    /// How large it is now.
    pub(super) fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Draws a frame: what differs from the one before is written.
    pub(super) fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(picture).map(drop)
    }

    /// Gives the terminal back, stops until somebody wakes this program, and takes it again.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back(&self.taken);
        super::input::stop()?;
        self.again()
    }

    /// Takes the terminal anew, and draws all of it.
    pub(super) fn again(&mut self) -> io::Result<()> {
        // Whoever had it meanwhile may have set it as it likes.
        let _ = disable_raw_mode();
        self.take()?;
        execute!(stdout(), Clear(ClearType::All))?;
        // A terminal that knows of nothing on the screen draws all of it. To ask the terminal for its cursor, as its own
        // way of clearing does, would take the answer from those who wait for keys.
        self.terminal = terminal()?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back(&self.taken);
    }
}

fn terminal() -> io::Result<Drawn> {
    // A frame goes out in one piece.
    Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout())))
}

/// Gives the terminal back if it is taken. There is nobody to tell of what fails now.
fn give_back(taken: &AtomicBool) {
    if !taken.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    let _ = mouse::give_back(&mut out);
    let _ = execute!(out, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// The message of a panic shall be read on an ordinary terminal, so it is given back before.
fn give_back_on_panic(taken: Arc<AtomicBool>) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |information| {
        give_back(&taken);
        before(information);
    }));
}

/// Clicks and the wheel alone: a mouse that is moved would wake us for nothing.
#[cfg(unix)]
mod mouse {
    use super::{Write, io};

    pub(super) fn take(out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"\x1b[?1000h\x1b[?1006h")?;
        out.flush()
    }

    pub(super) fn give_back(out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"\x1b[?1006l\x1b[?1000l")
    }
}

#[cfg(not(unix))]
mod mouse {
    use super::{Write, execute, io};
    use ratatui::crossterm::event::{DisableMouseCapture, EnableMouseCapture};

    pub(super) fn take(out: &mut impl Write) -> io::Result<()> {
        execute!(out, EnableMouseCapture)
    }

    pub(super) fn give_back(out: &mut impl Write) -> io::Result<()> {
        execute!(out, DisableMouseCapture)
    }
}
