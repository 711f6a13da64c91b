//! What keys do.

use psight::process::Signal;
use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::{machine, picture, press, sample, view, write};
use crate::top::column::Column;
use crate::top::control::{Control, Target};
use crate::top::state::{Action, Mode, Setting, State};

fn laptop() -> State {
    let mut state = view(&machine("6.8-laptop"));
    picture(&mut state, 80, 24);
    state
}

fn pids(state: &State) -> Vec<u32> {
    let entries = state.shown.iter().filter_map(|shown| state.sample.entries.get(shown.entry));
    entries.map(|entry| entry.id.pid).collect()
}

fn on(state: &mut State, pid: u32) -> Target {
    let at = pids(state).iter().position(|other| *other == pid).unwrap();
    state.go(at);
    state.current().unwrap()
}

fn message(state: &State) -> String {
    state.message.as_ref().map(|line| line.render(false)).unwrap_or_default()
}

#[test]
fn letters_sort_and_the_same_again_turns_it_round() {
    let mut state = laptop();
    write(&mut state, "M");
    assert_eq!(state.order.column, Column::Memory);
    assert_eq!(pids(&state)[0], 1204);
    write(&mut state, "N");
    assert_eq!(pids(&state)[..3], [1, 2, 17]);
    write(&mut state, "I");
    assert_eq!(pids(&state)[0], 2961);
    write(&mut state, ">");
    assert_eq!(state.order.column, Column::User);
}

#[test]
fn the_cursor_stays_on_its_process_and_at_the_top_on_nobody() {
    let host = machine("6.8-laptop");
    let mut state = laptop();
    on(&mut state, 2301);
    write(&mut state, "N");
    assert_eq!(state.current().unwrap().pid, 2301);
    state.show(sample(&host, &state));
    assert_eq!(state.current().unwrap().pid, 2301);
    press(&mut state, KeyCode::Home);
    assert_eq!(state.current().unwrap().pid, 1);
    write(&mut state, "I");
    assert_eq!(state.current().unwrap().pid, 2961);
}

#[test]
fn a_filter_is_seen_while_it_is_typed_and_escape_takes_it_back() {
    let mut state = laptop();
    press(&mut state, KeyCode::F(4));
    write(&mut state, "GNOME-|redis");
    assert_eq!(pids(&state).len(), 3);
    press(&mut state, KeyCode::Enter);
    assert!(picture(&mut state, 80, 24).iter().any(|line| line.contains("Filter GNOME-|redis")));
    press(&mut state, KeyCode::Esc);
    assert_eq!(pids(&state).len(), 18);
}

#[test]
fn a_search_moves_the_cursor_and_n_moves_it_on() {
    let mut state = laptop();
    write(&mut state, "N/gnome");
    assert_eq!(state.current().unwrap().pid, 1204);
    press(&mut state, KeyCode::Enter);
    write(&mut state, "n");
    assert_eq!(state.current().unwrap().pid, 2210);
    write(&mut state, "/nobody");
    assert!(message(&state).contains("nothing has"));
}

#[test]
fn a_user_is_chosen_from_those_there_are() {
    let mut state = laptop();
    write(&mut state, "N");
    on(&mut state, 2500);
    write(&mut state, "u");
    press(&mut state, KeyCode::Down);
    assert_eq!(press(&mut state, KeyCode::Enter), Action::Sample);
    assert_eq!(pids(&state), [2500]);
}

#[test]
fn a_branch_is_folded_and_says_how_many_it_hides() {
    let mut state = laptop();
    write(&mut state, "Nt");
    on(&mut state, 2301);
    write(&mut state, "-");
    assert_eq!(pids(&state).len(), 13);
    let line = picture(&mut state, 120, 40).into_iter().find(|line| line.contains(" 2301 "));
    assert!(line.unwrap().contains("[+5] "));
    write(&mut state, "+");
    assert_eq!(pids(&state).len(), 18);
}

#[test]
fn a_signal_is_sent_after_a_choice_and_a_yes() {
    let mut state = laptop();
    let bash = on(&mut state, 2301);
    assert_eq!(press(&mut state, KeyCode::F(9)), Action::Nothing);
    assert_eq!(press(&mut state, KeyCode::Enter), Action::Nothing, "TERM is offered first");
    let asked = picture(&mut state, 80, 24).join("\n");
    assert!(asked.contains("Send SIGTERM to bash (2301)?"), "{asked}");
    let kill = Action::Control(Control::Signal(Signal::TERM), vec![bash]);
    assert_eq!(write(&mut state, "y"), kill);
}

#[test]
fn anything_but_a_yes_changes_nothing() {
    let mut state = laptop();
    on(&mut state, 2301);
    for key in [KeyCode::Enter, KeyCode::Esc, KeyCode::Char('n'), KeyCode::Char(' ')] {
        press(&mut state, KeyCode::F(9));
        press(&mut state, KeyCode::Enter);
        assert_eq!(press(&mut state, key), Action::Nothing);
        assert_eq!(message(&state), "nothing was changed");
    }
}

#[test]
fn process_1_and_ourselves_take_a_whole_word() {
    for (pid, why) in [(1, "holds the machine up"), (2961, "this program itself")] {
        let mut state = laptop();
        let target = on(&mut state, pid);
        press(&mut state, KeyCode::F(9));
        press(&mut state, KeyCode::Enter);
        assert_eq!(write(&mut state, "y"), Action::Nothing);
        assert!(picture(&mut state, 80, 24).join("\n").contains(why));
        write(&mut state, "es");
        let kill = Action::Control(Control::Signal(Signal::TERM), vec![target]);
        assert_eq!(press(&mut state, KeyCode::Enter), kill);
    }
}

#[test]
fn a_command_is_for_all_that_are_tagged() {
    let mut state = laptop();
    write(&mut state, "N");
    on(&mut state, 2301);
    write(&mut state, "  r");
    assert!(matches!(state.mode, Mode::Prompt(_)));
    press(&mut state, KeyCode::Backspace);
    write(&mut state, "7");
    press(&mut state, KeyCode::Enter);
    let Action::Control(Control::Nice(7), targets) = write(&mut state, "y") else { panic!() };
    assert_eq!(targets.iter().map(|target| target.pid).collect::<Vec<_>>(), [2301, 2345]);
}

#[test]
fn nice_values_that_are_none_are_refused() {
    let mut state = laptop();
    write(&mut state, "r99");
    press(&mut state, KeyCode::Enter);
    assert!(message(&state).contains("no nice value"), "{}", message(&state));
}

#[test]
fn the_cpus_that_are_ticked_are_what_is_asked_for() {
    let mut state = laptop();
    let bash = on(&mut state, 2301);
    let Action::Ask(Setting::Affinity, targets) = write(&mut state, "a") else { panic!() };
    state.choose_affinity(&[0, 1], targets);
    write(&mut state, " ");
    press(&mut state, KeyCode::Enter);
    assert_eq!(write(&mut state, "y"), Action::Control(Control::Affinity(vec![1]), vec![bash]));
}

#[test]
fn a_view_that_may_only_look_changes_nothing() {
    let mut state = laptop();
    state.readonly = true;
    for key in "krai".chars() {
        assert_eq!(press(&mut state, KeyCode::Char(key)), Action::Nothing);
        assert!(matches!(state.mode, Mode::Table));
        assert!(message(&state).contains("--readonly"));
    }
}

#[test]
fn columns_come_and_go_and_are_read_only_while_they_are_shown() {
    let mut state = laptop();
    let before = state.needs();
    press(&mut state, KeyCode::F(2));
    press(&mut state, KeyCode::Down);
    assert_eq!(write(&mut state, "f"), Action::Nothing, "moves to FDS");
    assert_eq!(write(&mut state, " "), Action::Sample);
    press(&mut state, KeyCode::Enter);
    assert!(state.columns.contains(&Column::Files));
    assert_eq!(state.needs(), before | psight::table::Columns::NUM_FDS);
}

#[test]
fn a_click_chooses_a_row_a_column_or_a_key() {
    let mut state = laptop();
    let click = |state: &mut State, column: u16, row: u16| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        state.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    };
    let head = state.places.head as u16;
    click(&mut state, 20, head + 3);
    assert_eq!(state.at, 2);
    let (_, from, _) =
        state.places.columns.iter().find(|(column, ..)| *column == Column::Memory).unwrap();
    let x = *from as u16 + 1;
    assert_eq!(click(&mut state, x, head), Action::Sample);
    assert_eq!(state.order.column, Column::Memory);
    click(&mut state, 1, 23);
    assert!(matches!(state.mode, Mode::Help { .. }));
}

#[test]
fn control_keys_end_and_stop_it_in_any_dialog() {
    let mut state = laptop();
    for keys in ["", "?", "k", "/"] {
        write(&mut state, keys);
        let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        assert_eq!(state.key(control('z')), Action::Suspend);
        assert_eq!(state.key(control('c')), Action::Quit);
        press(&mut state, KeyCode::Esc);
    }
}
