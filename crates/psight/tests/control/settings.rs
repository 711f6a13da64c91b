//! Priorities, affinity, limits.

use psight::process::{IoClass, Limit, Limits, Resource};
use psight::{ErrorKind, Process};

use super::Own;
use crate::common::{Machine, psutil};

#[test]
fn a_nice_value_is_what_it_was_set_to_and_what_psutil_says() {
    let own = Own::sleep();
    let before = own.process.nice().unwrap();
    own.process.set_nice(before + 3).unwrap();
    assert_eq!(own.process.nice().unwrap(), before + 3);
    own.process.set_nice(99).unwrap();
    assert_eq!(own.process.nice().unwrap(), 19);
    let code = format!("print(psutil.Process({}).nice())", own.pid());
    if let Some(theirs) = psutil(&code) {
        assert_eq!(theirs, 19);
    }
}

#[test]
fn a_lower_nice_value_needs_a_privilege() {
    let own = Own::sleep();
    own.process.set_nice(10).unwrap();
    match own.process.set_nice(-5) {
        Ok(()) => assert_eq!(own.process.nice().unwrap(), -5),
        Err(error) => {
            assert_eq!(
                (error.kind(), error.pid()),
                (ErrorKind::AccessDenied, Some(own.pid().into()))
            );
            assert_eq!(own.process.nice().unwrap(), 10);
        }
    }
}

#[test]
fn an_io_class_is_what_it_was_set_to_and_what_psutil_says() {
    let own = Own::sleep();
    let theirs = || {
        let code = format!("print(json.dumps(list(psutil.Process({}).ionice())))", own.pid());
        psutil(&code)
    };
    let classes = [IoClass::None, IoClass::RealTime, IoClass::BestEffort, IoClass::Idle];
    let compare = |now: psight::process::IoNice| {
        let number = classes.iter().position(|class| *class == now.ioclass).unwrap();
        if let Some(theirs) = theirs() {
            assert_eq!(theirs, serde_json::json!([number, now.value.unwrap()]));
        }
    };
    compare(own.process.ionice().unwrap());
    for (class, value) in [
        (IoClass::BestEffort, Some(7)),
        (IoClass::BestEffort, None),
        (IoClass::Idle, None),
        (IoClass::RealTime, Some(3)),
    ] {
        match own.process.set_ionice(class, value) {
            Ok(()) => {}
            Err(error) if class == IoClass::RealTime => {
                assert_eq!(error.kind(), ErrorKind::AccessDenied);
                continue;
            }
            Err(error) => panic!("{class}: {error}"),
        }
        let now = own.process.ionice().unwrap();
        assert_eq!(now.ioclass, class);
        if class != IoClass::Idle {
            assert_eq!(now.value, value.or(Some(0)));
        }
        compare(now);
    }
}

#[test]
fn an_io_class_takes_the_values_that_psutil_lets_it_take() {
    let own = Own::sleep();
    for (class, value) in [
        (IoClass::Idle, Some(1)),
        (IoClass::None, Some(4)),
        (IoClass::BestEffort, Some(8)),
        (IoClass::VeryLow, None),
    ] {
        let error = own.process.set_ionice(class, value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{class}");
    }
    own.process.set_ionice(IoClass::Idle, Some(0)).unwrap();
    own.process.set_ionice(IoClass::None, Some(0)).unwrap();
}

#[test]
fn an_affinity_is_what_it_was_set_to_and_what_psutil_says() {
    let own = Own::sleep();
    let all = own.process.cpu_affinity().unwrap();
    assert!(!all.is_empty() && all.is_sorted());
    let theirs = || {
        let code = format!("print(json.dumps(psutil.Process({}).cpu_affinity()))", own.pid());
        psutil(&code)
    };
    for set in [vec![all[0]], vec![*all.last().unwrap()], all.clone()] {
        own.process.set_cpu_affinity(&set).unwrap();
        assert_eq!(own.process.cpu_affinity().unwrap(), set);
        if let Some(theirs) = theirs() {
            assert_eq!(theirs, serde_json::json!(set));
        }
    }
    let twice = [all[0], all[0]];
    own.process.set_cpu_affinity(&twice).unwrap();
    assert_eq!(own.process.cpu_affinity().unwrap(), [all[0]]);
}

#[test]
fn t36_no_cpu_at_all_stands_for_all_that_the_process_may_have() {
    let own = Own::sleep();
    own.process.set_cpu_affinity(&[]).unwrap();
    let all = own.process.cpu_affinity().unwrap();
    own.process.set_cpu_affinity(&all[..1]).unwrap();
    own.process.set_cpu_affinity(&[]).unwrap();
    assert_eq!(own.process.cpu_affinity().unwrap(), all);
}

#[test]
fn t36_cpus_that_do_not_exist_are_refused_however_high() {
    let own = Own::sleep();
    let before = own.process.cpu_affinity().unwrap();
    for cpu in [u32::MAX, 1 << 20, 60_000] {
        let error = own.process.set_cpu_affinity(&[cpu]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{cpu}");
    }
    // One that exists is enough, as for the kernel.
    own.process.set_cpu_affinity(&[before[0], 60_000]).unwrap();
    assert_eq!(own.process.cpu_affinity().unwrap(), before[..1]);
}

#[test]
fn t36_a_captured_machine_with_many_cpus_says_which_a_process_may_have() {
    let machine = Machine::captured()
        .file("proc/10/stat", stat(10))
        .file("proc/10/status", "Name:\tx\nTgid:\t10\nCpus_allowed_list:\t0-1,1500-1502\n")
        .file("sys/devices/system/cpu/online", "0,2-1501\n");
    let process = machine.host().process(10).unwrap();
    assert_eq!(process.cpu_affinity().unwrap(), [0, 1500, 1501]);
}

fn stat(pid: u32) -> String {
    format!(
        "{pid} (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 25 5 1 0 777 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0"
    )
}

#[test]
fn t22_every_limit_is_what_psutil_says() {
    let own = Own::sleep();
    let code = format!(
        "p = psutil.Process({})\nprint(json.dumps({{str(r): list(p.rlimit(r)) for r in range(16)}}))",
        own.pid()
    );
    let theirs = psutil(&code);
    let mut unlimited = 0;
    for resource in Resource::ALL {
        let Some(number) = resource.number() else {
            let error = own.process.rlimit(*resource).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            continue;
        };
        let limits = own.process.rlimit(*resource).unwrap();
        let plain = [limits.soft, limits.hard].map(|limit| match limit {
            Limit::Of(number) => i64::try_from(number).unwrap(),
            Limit::Unlimited => -1,
        });
        unlimited += usize::from(plain[1] == -1);
        if let Some(theirs) = &theirs {
            assert_eq!(theirs[number.to_string()], serde_json::json!(plain), "{resource}");
        }
    }
    assert!(unlimited > 0, "some limit is none on every machine");
}

#[test]
fn a_limit_is_changed_and_its_former_value_told() {
    let own = Own::sleep();
    let before = own.process.rlimit(Resource::OpenFiles).unwrap();
    let lower = Limits::new(Limit::Of(33), before.hard);
    assert_eq!(own.process.set_rlimit(Resource::OpenFiles, lower).unwrap(), before);
    assert_eq!(own.process.rlimit(Resource::OpenFiles).unwrap(), lower);
    let upside_down = Limits::new(Limit::Of(34), Limit::Of(33));
    let error = own.process.set_rlimit(Resource::OpenFiles, upside_down).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = own.process.set_rlimit(Resource::PseudoTerminals, lower).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn t22_limits_beyond_32_bits_come_back_as_they_were_set() {
    let own = Own::sleep();
    let large = Limits::new(Limit::Of(1 << 40), Limit::Of((1 << 62) + 1));
    match own.process.set_rlimit(Resource::FileSize, large) {
        Ok(_) => assert_eq!(own.process.rlimit(Resource::FileSize).unwrap(), large),
        Err(error) => {
            // The hard limit is lower here, and only the privileged raise it.
            assert_eq!(error.kind(), ErrorKind::AccessDenied);
            eprintln!("skipped: {error}");
        }
    }
}

#[test]
fn limits_can_be_asked_of_a_zombie() {
    let own = Own::shell("exit 3");
    super::becomes(&own.process, 'Z');
    match own.process.rlimit(Resource::Core) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ZombieProcess),
    }
}

#[test]
fn another_users_limits_are_read_from_their_file() {
    let first = Process::new(1u32).unwrap();
    match first.rlimit(Resource::OpenFiles) {
        Ok(limits) => assert!(limits.soft > Limit::Of(0)),
        // A /proc that hides it.
        Err(error) => assert_eq!(error.kind(), ErrorKind::AccessDenied),
    }
}

#[test]
fn t22_a_captured_machine_has_its_limits_in_a_file() {
    let own = Own::sleep();
    let live = Resource::ALL.iter().map(|r| (own.process.rlimit(*r).ok(), *r));
    let limits = std::fs::read(format!("/proc/{}/limits", own.pid())).unwrap();
    let machine = Machine::captured().file("proc/10/stat", stat(10)).file("proc/10/limits", limits);
    let captured = machine.host().process(10).unwrap();
    for (limits, resource) in live {
        assert_eq!(captured.rlimit(resource).ok(), limits, "{resource}");
    }
    assert_eq!(captured.nice().unwrap(), 5);
    let refused = Limits::new(Limit::Unlimited, Limit::Unlimited);
    let error = captured.set_rlimit(Resource::Core, refused).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
