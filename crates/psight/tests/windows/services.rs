//! Services.

use psight::os::windows::services::{Service, ServiceStatus, StartType};
use psight::{ErrorKind, Host};

/// What `sc qc` or `sc query` says behind a word of its own.
fn said(service: &Service, question: &str, word: &str) -> Option<String> {
    let mut sc = std::process::Command::new("sc");
    let output = sc.arg(question).arg(&service.name).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.trim_start().starts_with(word))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[test]
fn there_are_services_and_each_can_be_asked_for_by_name() {
    let host = Host::local();
    let services = host.services().unwrap();
    assert!(services.len() > 5, "{services:?}");
    for service in &services {
        let alone = host.service(&service.name).unwrap();
        assert_eq!((&alone.name, &alone.display_name), (&service.name, &service.display_name));
        assert_eq!((&alone.binpath, alone.start_type), (&service.binpath, service.start_type));
    }
}

#[test]
fn what_runs_has_a_process_of_that_name() {
    let services = Host::local().services().unwrap();
    let runs = |service: &&Service| service.status == ServiceStatus::Running;
    let running: Vec<_> = services.iter().filter(runs).collect();
    assert!(!running.is_empty());
    for service in running {
        let process = psight::Process::new(service.pid.unwrap()).unwrap();
        let name = process.name().unwrap().to_str().unwrap().to_lowercase();
        let binpath = service.binpath.as_ref().unwrap().to_str().unwrap().to_lowercase();
        // Drivers of Wine run in a program of its own.
        assert!(binpath.contains(&name) || name == "winedevice.exe", "{name}: {binpath}");
    }
    for service in services.iter().filter(|service| service.status == ServiceStatus::Stopped) {
        assert_eq!(service.pid, None);
    }
}

#[test]
fn a_service_says_what_sc_says() {
    let service = Host::local().service("plugplay").unwrap();
    assert_eq!(service.name, "PlugPlay");
    assert!(service.description.is_some());
    let state = said(&service, "query", "STATE");
    if let Some(state) = state {
        let expected = service.status.as_str().to_uppercase();
        assert!(state.contains(&expected), "{state}");
    }
    if let Some(start) = said(&service, "qc", "START_TYPE") {
        let expected = match service.start_type.unwrap() {
            StartType::Automatic => "AUTO_START",
            StartType::Manual => "DEMAND_START",
            other => panic!("{other}"),
        };
        assert!(start.contains(expected), "{start}");
    }
    if let Some(path) = said(&service, "qc", "BINARY_PATH_NAME") {
        assert_eq!(service.binpath.unwrap().to_str().unwrap(), path);
    }
}

#[test]
fn a_service_that_is_not_there_is_not_found() {
    for name in ["no such service", "", r"a\b/c"] {
        let error = Host::local().service(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
}

#[test]
fn a_service_has_the_fields_of_psutil_s_dictionary() {
    use psight::Record;
    let names: Vec<_> = Service::FIELDS.iter().map(|field| field.name).collect();
    let expected = [
        "display_name",
        "binpath",
        "username",
        "start_type",
        "status",
        "pid",
        "name",
        "description",
    ];
    assert_eq!(names, expected);
}
