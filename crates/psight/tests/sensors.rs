//! Temperatures, fans, batteries and power supplies: of machines in folders, and of this one beside psutil.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::ffi::OsStr;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::Duration;

use common::{Machine, output, psutil};
use psight::sensors::{BatteryStatus, TimeLeft, fahrenheit};

/// Chip, label, current, high, critical.
type Reading = (String, Option<String>, f64, Option<f64>, Option<f64>);

fn temperatures(machine: &Machine) -> Vec<Reading> {
    let text = |text: &OsStr| text.to_str().unwrap().to_owned();
    let found = machine.host().temperatures().unwrap();
    found
        .into_iter()
        .map(|t| (text(&t.chip), t.label.as_deref().map(text), t.current, t.high, t.critical))
        .collect()
}

fn reading(
    chip: &str,
    label: &str,
    current: f64,
    high: impl Into<Option<f64>>,
    critical: impl Into<Option<f64>>,
) -> Reading {
    let label = (!label.is_empty()).then(|| label.to_owned());
    (chip.to_owned(), label, current, high.into(), critical.into())
}

/// A machine with files below one directory, as many lines of `name value`.
fn with(machine: Machine, dir: &str, files: &str) -> Machine {
    let pairs = files.lines().filter_map(|line| line.trim().split_once(' '));
    pairs.fold(machine, |machine, (name, value)| {
        machine.file(&format!("{dir}/{name}"), format!("{value}\n"))
    })
}

fn hwmon(machine: Machine, number: u32, files: &str) -> Machine {
    with(machine, &format!("sys/class/hwmon/hwmon{number}"), files)
}

fn supply(machine: Machine, name: &str, files: &str) -> Machine {
    with(machine, &format!("sys/class/power_supply/{name}"), files)
}

fn laptop() -> Machine {
    let machine = hwmon(
        Machine::captured(),
        1,
        "name coretemp
        temp1_input 45000
        temp1_label Package id 0
        temp1_max 100000
        temp1_crit 110000
        temp2_input 44500
        temp2_label Core 0
        temp2_max 100000
        temp10_input 41000
        temp10_crit 105000",
    );
    hwmon(machine, 10, "name nvme\ntemp1_input -5250")
}

#[test]
fn temperatures_are_in_degrees_and_limits_complete_each_other() {
    let expected = [
        reading("coretemp", "Package id 0", 45.0, 100.0, 110.0),
        reading("coretemp", "Core 0", 44.5, 100.0, 100.0),
        reading("coretemp", "", 41.0, 105.0, 105.0),
        reading("nvme", "", -5.25, None, None),
    ];
    assert_eq!(temperatures(&laptop()), expected);
}

#[test]
fn a_limit_of_zero_is_not_known() {
    let machine = hwmon(
        Machine::captured(),
        0,
        "name a
        temp1_input 1000
        temp1_max 0
        temp1_crit 90000
        temp2_input 1000
        temp2_max 0
        temp2_crit 0",
    );
    let expected = [reading("a", "", 1.0, 90.0, 90.0), reading("a", "", 1.0, 0.0, 0.0)];
    assert_eq!(temperatures(&machine), expected);
}

#[test]
fn t66_a_sensor_that_cannot_be_read_hides_no_other() {
    let machine = hwmon(
        laptop(),
        2,
        "name broken
        temp1_label stands still
        temp2_input
        temp3_input warm
        temp4_input -300000
        temp5_input 45.5
        temp6_input 99999999999999999999
        temp20_input 20000",
    );
    // EIO, ENOENT, EISDIR and ENXIO.
    let machine = machine
        .link("sys/class/hwmon/hwmon2/temp7_input", "/proc/self/mem")
        .link("sys/class/hwmon/hwmon2/temp8_input", "gone")
        .file("sys/class/hwmon/hwmon2/temp9_input/file", "");
    let _socket = UnixListener::bind(machine.path("sys/class/hwmon/hwmon2/temp10_input")).unwrap();
    let found = temperatures(&machine);
    assert_eq!(found.len(), 5);
    assert_eq!(found[3], reading("broken", "", 20.0, None, None));
}

#[test]
fn t66_a_limit_or_a_label_that_cannot_be_read_hides_no_sensor() {
    let machine = hwmon(
        Machine::captured(),
        0,
        "name a
        temp1_input 30000
        temp1_max hot
        temp1_crit -274000
        temp1_label ",
    );
    let machine = machine.link("sys/class/hwmon/hwmon0/temp2_max", "/proc/self/mem");
    machine.write("sys/class/hwmon/hwmon0/temp2_input", "31000\n");
    machine.write("sys/class/hwmon/hwmon0/temp2_crit", "80000\n");
    let expected = [reading("a", "", 30.0, None, None), reading("a", "", 31.0, 80.0, 80.0)];
    assert_eq!(temperatures(&machine), expected);
}

#[test]
fn t66_an_empty_fifo_that_somebody_holds_open_is_not_waited_for() {
    let machine = hwmon(Machine::captured(), 0, "name a\ntemp2_input 31000");
    let fifo = machine.path("sys/class/hwmon/hwmon0/temp1_input");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    // EAGAIN, as from a sensor whose device sleeps.
    let _writer = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    assert_eq!(temperatures(&machine), [reading("a", "", 31.0, None, None)]);
}

#[test]
fn t66_old_drivers_keep_their_files_in_the_device_directory() {
    let machine = with(
        Machine::captured(),
        "sys/class/hwmon/hwmon0/device",
        "name acpitz
        temp1_input 33000
        fan1_input 1200",
    );
    assert_eq!(temperatures(&machine), [reading("acpitz", "", 33.0, None, None)]);
    assert_eq!(machine.host().fans().unwrap()[0].current, 1200);
}

#[test]
fn t66_a_sensor_in_both_directories_is_told_once() {
    let machine = hwmon(Machine::captured(), 0, "name a\ntemp1_input 1000");
    let machine = with(
        machine,
        "sys/class/hwmon/hwmon0/device",
        "temp1_input 1000
        temp2_input 2000",
    );
    let expected = [reading("a", "", 1.0, None, None), reading("a", "", 2.0, None, None)];
    assert_eq!(temperatures(&machine), expected);
}

#[test]
fn t66_coretemp_of_the_platform_is_told_once() {
    let platform = "sys/devices/platform/coretemp.0/hwmon/hwmon1";
    let files = "name coretemp\ntemp1_input 45000\ntemp11_input 46000";
    let machine = with(laptop(), platform, files);
    let cores: Vec<_> =
        temperatures(&machine).into_iter().filter(|t| t.0 == "coretemp").map(|t| t.2).collect();
    assert_eq!(cores, [45.0, 44.5, 41.0, 46.0]);
    // And it is told where the class does not have it.
    let machine = with(Machine::captured(), platform, files);
    assert_eq!(temperatures(&machine).len(), 2);
}

#[test]
fn t66_two_chips_of_one_name_are_both_told() {
    let machine = hwmon(Machine::captured(), 0, "name nvme\ntemp1_input 30000");
    let machine = hwmon(machine, 1, "name nvme\ntemp1_input 40000");
    let expected = [reading("nvme", "", 30.0, None, None), reading("nvme", "", 40.0, None, None)];
    assert_eq!(temperatures(&machine), expected);
}

#[test]
fn t66_a_chip_without_a_name_is_called_by_its_number() {
    let machine = hwmon(Machine::captured(), 7, "temp1_input 30000");
    assert_eq!(temperatures(&machine), [reading("hwmon7", "", 30.0, None, None)]);
}

fn zones(machine: Machine) -> Machine {
    let machine = with(
        machine,
        "sys/class/thermal/thermal_zone0",
        "type acpitz
        temp 27800
        trip_point_0_type passive
        trip_point_0_temp 95000
        trip_point_1_type hot
        trip_point_1_temp 100000
        trip_point_2_type critical
        trip_point_2_temp 119000",
    );
    let machine = with(
        machine,
        "sys/class/thermal/thermal_zone1",
        "type x86_pkg_temp
        temp 45000
        trip_point_0_type critical
        trip_point_0_temp -274000",
    );
    with(machine, "sys/class/thermal/thermal_zone2", "type disabled\ntemp_no 1")
}

#[test]
fn without_hwmon_the_thermal_zones_are_told() {
    let expected =
        [reading("acpitz", "", 27.8, 100.0, 119.0), reading("x86_pkg_temp", "", 45.0, None, None)];
    assert_eq!(temperatures(&zones(Machine::captured())), expected);
    assert_eq!(temperatures(&zones(laptop())), temperatures(&laptop()));
}

#[test]
fn a_machine_without_sensors_has_empty_lists() {
    let host = Machine::captured().host();
    assert_eq!(host.temperatures().unwrap(), []);
    assert_eq!(host.fans().unwrap(), []);
    assert_eq!(host.battery().unwrap(), None);
    let supplies = host.power_supplies().unwrap();
    assert!(supplies.batteries.is_empty() && supplies.ac_supplies.is_empty());
    assert_eq!(supplies.is_on_ac_power, None);
    assert_eq!(supplies.battery(), None);
    assert_eq!(supplies.battery_total(), None);
}

#[test]
fn t66_fans_that_vanish_or_say_nonsense_hide_no_other() {
    let machine = hwmon(
        Machine::captured(),
        0,
        "name thinkpad
        fan1_input 2000
        fan1_label cpu_fan
        fan2_label gone
        fan3_input
        fan4_input -1
        fan5_input 0",
    );
    let fans = machine.host().fans().unwrap();
    let fans: Vec<_> = fans
        .iter()
        .map(|fan| (fan.label.as_deref().and_then(OsStr::to_str), fan.current))
        .collect();
    assert_eq!(fans, [(Some("cpu_fan"), 2000), (None, 0)]);
}

#[test]
fn fahrenheit_is_what_psutil_makes_of_it() {
    assert_eq!(fahrenheit(30.0), 86.0);
    assert_eq!(fahrenheit(-40.0), -40.0);
}

/// Percent, time left, plugged in.
fn battery(machine: &Machine) -> Option<(f64, TimeLeft, Option<bool>)> {
    let battery = machine.host().battery().unwrap()?;
    Some((battery.percent, battery.secsleft, battery.power_plugged))
}

fn left(seconds: u64) -> TimeLeft {
    TimeLeft::Left(Duration::from_secs(seconds))
}

const ENERGY: &str = "type Battery
    status Discharging
    energy_full 50000000
    energy_now 40000000
    power_now 10000000
    capacity 79";
const CHARGE: &str = "type Battery
    status Discharging
    charge_full 5000000
    charge_now 4000000
    current_now 1000000
    voltage_min_design 11000000
    capacity 79";

#[test]
fn t67_a_battery_that_counts_energy() {
    let machine = supply(Machine::captured(), "BAT0", ENERGY);
    assert_eq!(battery(&machine), Some((80.0, left(4 * 3600), Some(false))));
}

#[test]
fn t67_a_battery_that_counts_charge() {
    let machine = supply(Machine::captured(), "BAT0", CHARGE);
    assert_eq!(battery(&machine), Some((80.0, left(4 * 3600), Some(false))));
    let info = machine.host().power_supplies().unwrap().batteries.remove(0);
    assert_eq!((info.energy_full, info.energy_now), (Some(55_000_000), Some(44_000_000)));
    assert_eq!(info.power_now, Some(11_000_000));
    assert_eq!(info.secsleft, left(4 * 3600));
}

#[test]
fn t67_energy_and_current_are_not_divided_by_each_other() {
    let files = ENERGY.replace("power_now 10000000", "current_now 1000000");
    let machine = supply(Machine::captured(), "BAT0", &files);
    assert_eq!(battery(&machine), Some((80.0, TimeLeft::Unknown, Some(false))));
    let machine = supply(machine, "BAT0", "voltage_now 10000000");
    assert_eq!(battery(&machine), Some((80.0, left(4 * 3600), Some(false))));
}

#[test]
fn t67_a_battery_that_tells_only_its_percentage() {
    let machine =
        supply(Machine::captured(), "BAT0", "type Battery\nstatus Discharging\ncapacity 42");
    assert_eq!(battery(&machine), Some((42.0, TimeLeft::Unknown, Some(false))));
    let info = machine.host().power_supplies().unwrap().batteries.remove(0);
    assert_eq!((info.percent, info.energy_full, info.energy_now), (42.0, None, None));
    assert_eq!((info.secsleft, info.secsleft_full), (TimeLeft::Unknown, None));
}

#[test]
fn t67_a_battery_that_does_not_tell_its_charge_is_none() {
    for files in ["type Battery\nstatus Unknown", "type Battery\ncapacity -1"] {
        let machine = supply(Machine::captured(), "BAT0", files);
        assert_eq!(battery(&machine), None);
        assert!(machine.host().power_supplies().unwrap().batteries.is_empty());
    }
}

#[test]
fn t67_a_battery_that_holds_nothing_when_full_is_empty() {
    let files = ENERGY.replace("energy_full 50000000", "energy_full 0");
    let machine = supply(Machine::captured(), "BAT0", &files);
    assert_eq!(battery(&machine).map(|battery| battery.0), Some(0.0));
}

#[test]
fn t67_at_no_current_the_time_left_is_not_known() {
    let files = ENERGY.replace("power_now 10000000", "power_now 0");
    let machine = supply(Machine::captured(), "BAT0", &files);
    assert_eq!(battery(&machine), Some((80.0, TimeLeft::Unknown, Some(false))));
    let info = machine.host().power_supplies().unwrap().batteries.remove(0);
    assert_eq!((info.power_now, info.secsleft), (Some(0), TimeLeft::Unknown));
}

#[test]
fn t67_a_current_with_a_sign_is_a_current() {
    let files = CHARGE.replace("current_now 1000000", "current_now -1000000");
    let machine = supply(Machine::captured(), "BAT0", &files);
    assert_eq!(battery(&machine), Some((80.0, left(4 * 3600), Some(false))));
    let info = machine.host().power_supplies().unwrap().batteries.remove(0);
    assert_eq!(info.power_now, Some(11_000_000));
}

#[test]
fn t67_the_battery_itself_may_tell_how_long_it_lasts() {
    let files = "status Discharging\ncapacity 50\ntime_to_empty_now 5400";
    let machine = supply(Machine::captured(), "BAT0", files);
    assert_eq!(battery(&machine), Some((50.0, left(5400), Some(false))));
    for unknown in ["-1", "x", "4294967295999999999999"] {
        let files = format!("status Discharging\ncapacity 50\ntime_to_empty_now {unknown}");
        let machine = supply(Machine::captured(), "BAT0", &files);
        assert_eq!(battery(&machine), Some((50.0, TimeLeft::Unknown, Some(false))));
    }
}

#[test]
fn t67_any_name_will_do() {
    for name in ["BAT0", "BATC", "macsmc-battery", "CMB1", "sbs-20-000b", "hidpp_battery_0"] {
        let machine = supply(Machine::captured(), name, ENERGY);
        assert_eq!(battery(&machine).map(|battery| battery.0), Some(80.0), "{name}");
    }
    // Without a type only a name that says so.
    let machine = supply(Machine::captured(), "Battery7", "capacity 5");
    assert_eq!(battery(&machine).map(|battery| battery.0), Some(5.0));
    let machine = supply(Machine::captured(), "ucsi-source-psy-1", "capacity 5");
    assert_eq!(battery(&machine), None);
}

#[test]
fn t67_the_battery_of_a_mouse_is_not_the_machines() {
    let mouse = "type Battery\nscope Device\nstatus Discharging\ncapacity 7";
    let machine = supply(Machine::captured(), "BAT_mouse", mouse);
    assert_eq!(battery(&machine), None);
    let machine = supply(machine, "CMB0", ENERGY);
    assert_eq!(battery(&machine).map(|battery| battery.0), Some(80.0));
    let supplies = machine.host().power_supplies().unwrap();
    assert_eq!(supplies.batteries.len(), 2);
    assert_eq!(supplies.battery_total().unwrap().name, "CMB0");
}

#[test]
fn t67_of_several_the_first_that_tells_is_told() {
    let machine = supply(Machine::captured(), "BAT0", "type Battery\npresent 0");
    let machine = supply(machine, "BAT2", "type Battery\ncapacity 2");
    let machine = supply(machine, "BAT1", "type Battery\ncapacity 1");
    assert_eq!(battery(&machine).map(|battery| battery.0), Some(1.0));
}

#[test]
fn what_is_plugged_in_lasts_for_ever() {
    let machine = supply(Machine::captured(), "BAT0", ENERGY);
    let machine = supply(machine, "AC", "type Mains\nonline 1");
    assert_eq!(battery(&machine), Some((80.0, TimeLeft::Unlimited, Some(true))));
    machine.write("sys/class/power_supply/AC/online", "0\n");
    assert_eq!(battery(&machine), Some((80.0, left(4 * 3600), Some(false))));
}

#[test]
fn t67_a_mains_supply_may_have_any_name_too() {
    let files = ENERGY.replace("Discharging", "Not charging");
    let machine = supply(Machine::captured(), "BAT0", &files);
    assert_eq!(battery(&machine).map(|battery| battery.2), Some(None));
    let machine = supply(machine, "ADP1", "type Mains\nonline 1");
    assert_eq!(battery(&machine).map(|battery| battery.2), Some(Some(true)));
}

#[test]
fn without_a_mains_supply_the_batterys_state_tells() {
    for (status, plugged) in [
        ("Charging", Some(true)),
        ("FULL", Some(true)),
        ("discharging", Some(false)),
        ("Unknown", None),
        ("Not charging", None),
    ] {
        let files = ENERGY.replace("Discharging", status);
        let machine = supply(Machine::captured(), "BAT0", &files);
        assert_eq!(battery(&machine).map(|battery| battery.2), Some(plugged), "{status}");
    }
}

fn two(first: &str, second: &str) -> Machine {
    let files = |status| ENERGY.replace("Discharging", status);
    let machine = supply(Machine::captured(), "BAT0", &files(first));
    let second = files(second).replace("energy_now 40000000", "energy_now 10000000");
    supply(machine, "BAT1", &second)
}

#[test]
fn t67_several_batteries_are_added_up() {
    let total = |machine: &Machine| machine.host().power_supplies().unwrap().battery_total();
    let sum = total(&two("Discharging", "Discharging")).unwrap();
    assert_eq!(sum.name, "Combined");
    assert_eq!((sum.energy_now, sum.energy_full), (Some(50_000_000), Some(100_000_000)));
    assert_eq!((sum.percent, sum.power_now), (50.0, Some(20_000_000)));
    assert_eq!((sum.secsleft, sum.power_plugged), (left(9000), Some(false)));
    let sum = total(&two("Full", "Charging")).unwrap();
    assert_eq!((sum.status, sum.power_now), (BatteryStatus::Charging, Some(10_000_000)));
    assert_eq!(sum.secsleft_full, Some(Duration::from_secs(18_000)));
    assert_eq!(sum.secsleft, TimeLeft::Unlimited);
    assert_eq!(total(&two("Full", "Full")).unwrap().status, BatteryStatus::Full);
    let sum = total(&two("Charging", "Discharging")).unwrap();
    assert_eq!((sum.status, sum.power_now), (BatteryStatus::Unknown, None));
    // Percentages alone cannot be added up.
    let machine = supply(Machine::captured(), "BAT0", "type Battery\ncapacity 10");
    assert_eq!(total(&supply(machine, "BAT1", "type Battery\ncapacity 20")), None);
}

#[test]
fn supplies_settle_whether_the_machine_is_on_mains_power() {
    let on = |machine: &Machine| machine.host().is_on_ac_power().unwrap();
    assert_eq!(on(&two("Full", "Full")), Some(true));
    assert_eq!(on(&two("Full", "Unknown")), None);
    assert_eq!(on(&two("Full", "Discharging")), Some(false));
    assert_eq!(on(&two("Unknown", "Charging")), Some(true));
    let machine = supply(two("Unknown", "Full"), "AC", "type Mains\nonline 0");
    assert_eq!(on(&machine), Some(false));
    let machine = supply(two("Discharging", "Full"), "AC", "type Mains\nonline 1");
    assert_eq!(on(&machine), Some(true));
    let supplies = machine.host().power_supplies().unwrap();
    assert_eq!(supplies.ac_supplies.len(), 1);
    assert!(supplies.ac_supplies[0].is_online);
    // The first battery is full and knows nothing of the mains by itself.
    let supplies = two("Full", "Full").host().power_supplies().unwrap();
    assert_eq!(supplies.batteries[0].power_plugged, None);
    assert_eq!(supplies.battery().unwrap().power_plugged, Some(true));
}

#[test]
fn a_battery_can_be_warm() {
    let machine = supply(Machine::captured(), "BAT0", &format!("{ENERGY}\ntemp 305"));
    assert_eq!(machine.host().power_supplies().unwrap().batteries[0].temperature, Some(30.5));
}

/// Runs a script with psutil where `/sys` is that of the machine; `None`, with the reason on stderr, where that cannot be.
fn psutil_on(machine: &Machine, code: &str) -> Option<serde_json::Value> {
    psutil("print(0)")?;
    let python = std::env::var_os("PSIGHT_PSUTIL_PYTHON")?;
    output("unshare", &["-rm", "true"])?;
    let run = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount --rbind \"$1\" /sys && exec \"$2\" -c \"$3\"", "sh"])
        .arg(machine.path("sys"))
        .arg(python)
        .arg(format!("import json, psutil\n{code}"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(serde_json::from_slice(&run.stdout).unwrap())
}

/// As psutil's lists: chip, label, current, high, critical, in any order.
fn in_any_order(readings: Vec<Reading>) -> Vec<String> {
    let mut lines: Vec<_> = readings
        .into_iter()
        .map(|(chip, label, current, high, critical)| {
            serde_json::json!([chip, label.unwrap_or_default(), current, high, critical])
                .to_string()
        })
        .collect();
    lines.sort();
    lines
}

const PSUTIL_TEMPERATURES: &str = "print(json.dumps(sorted(json.dumps([n, *map(lambda x: x, t)], \
     separators=(',', ':')) for n, l in psutil.sensors_temperatures().items() for t in l)))";

#[test]
fn temperatures_are_psutils() {
    for machine in [laptop(), Machine::captured()] {
        let machine = machine.file("sys/class/power_supply/none", "");
        let Some(theirs) = psutil_on(&machine, PSUTIL_TEMPERATURES) else { return };
        assert_eq!(serde_json::json!(in_any_order(temperatures(&machine))), theirs);
    }
    let here = psight::Host::local().temperatures().unwrap();
    let Some(theirs) = psutil("print(sum(map(len, psutil.sensors_temperatures().values())))")
    else {
        return;
    };
    assert_eq!(serde_json::json!(here.len()), theirs);
}

#[test]
fn batteries_are_psutils() {
    let plugged = supply(supply(Machine::captured(), "BAT0", CHARGE), "AC0", "online 1");
    let idle = ENERGY.replace("power_now 10000000", "power_now 0");
    let machines = [
        supply(Machine::captured(), "BAT0", ENERGY),
        supply(Machine::captured(), "BAT0", CHARGE),
        supply(Machine::captured(), "BAT0", &idle),
        supply(Machine::captured(), "BAT1", &ENERGY.replace("Discharging", "Charging")),
        supply(Machine::captured(), "BAT1", "status Unknown\ncapacity 33"),
        supply(Machine::captured(), "macsmc-battery", &ENERGY.replace("now 4", "now 3")),
        two("Discharging", "Full"),
        plugged,
    ];
    for machine in machines {
        let code = "b = psutil.sensors_battery(); \
                    print(json.dumps([b.percent, int(b.secsleft), b.power_plugged]))";
        let Some(theirs) = psutil_on(&machine, code) else { return };
        let (percent, left, plugged) = battery(&machine).unwrap();
        let left = match left {
            TimeLeft::Left(left) => i64::try_from(left.as_secs()).unwrap(),
            TimeLeft::Unlimited => -2,
            _ => -1,
        };
        assert_eq!(serde_json::json!([left, plugged]), serde_json::json!([theirs[1], theirs[2]]));
        assert_eq!(Some(percent), theirs[0].as_f64());
    }
}

#[test]
fn fans_are_psutils() {
    let files = "name thinkpad\nfan1_input 2000\nfan1_label cpu_fan\nfan2_input 0";
    let machine = hwmon(Machine::captured(), 0, files);
    let code = "print(json.dumps(psutil.sensors_fans()))";
    let Some(theirs) = psutil_on(&machine, code) else { return };
    assert_eq!(theirs, serde_json::json!({ "thinkpad": [["cpu_fan", 2000], ["", 0]] }));
    assert_eq!(machine.host().fans().unwrap().len(), 2);
}
