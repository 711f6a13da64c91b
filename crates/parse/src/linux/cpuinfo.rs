//! `/proc/cpuinfo`: the processors as each architecture describes them, in its own words.

use crate::text;

/// What one processor is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cpuinfo<'a> {
    /// Its number.
    pub processor: u32,
    /// What it is called.
    pub model_name: Option<&'a [u8]>,
    /// Its frequency now.
    pub mhz: Option<f64>,
    /// The socket that it is in.
    pub physical_id: Option<u32>,
    /// How many cores that socket has.
    pub cpu_cores: Option<u32>,
}

/// Decodes the file. A processor begins where its number is; what stands before the first one belongs to none. Only a
/// frequency where none is expected is another processor's: some emulated files have nothing else.
pub fn cpuinfo(bytes: &[u8]) -> Vec<Cpuinfo<'_>> {
    let mut processors: Vec<Cpuinfo<'_>> = Vec::new();
    for (key, value) in text::lines(bytes).filter_map(text::pair) {
        // s390x numbers them here; its "processor 0: version = …" is another table. Old ARM kernels have a line
        // "Processor", which is the name.
        if key == b"processor" || key == b"cpu number" {
            if let Some(processor) = text::u32(value) {
                processors.push(Cpuinfo { processor, ..Cpuinfo::default() });
            }
            continue;
        }
        if key == b"cpu MHz" && processors.last().is_none_or(|last| last.mhz.is_some()) {
            let processor = processors.last().map_or(0, |last| last.processor.saturating_add(1));
            processors.push(Cpuinfo { processor, ..Cpuinfo::default() });
        }
        if let Some(last) = processors.last_mut() {
            last.set(key, value);
        }
    }
    processors
}

impl<'a> Cpuinfo<'a> {
    fn set(&mut self, key: &[u8], value: &'a [u8]) {
        match key {
            // In capitals on LoongArch. s390x also has a static one, which does not change.
            b"cpu MHz" | b"CPU MHz" | b"cpu MHz dynamic" => self.mhz = text::decimal(value),
            // POWER: 3800.000000MHz. Elsewhere "clock" is something else, without the unit.
            b"clock" => {
                self.mhz = value.strip_suffix(b"MHz").and_then(text::decimal).or(self.mhz);
            }
            // x86 and others; MIPS; POWER.
            b"model name" | b"cpu model" | b"cpu" | b"Model Name" => self.model_name = Some(value),
            b"physical id" => self.physical_id = text::u32(value),
            b"cpu cores" => self.cpu_cores = text::u32(value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_x86_processor_says_all() {
        let bytes = b"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n\
            model name\t: Intel(R) Xeon(R) Processor\ncpu MHz\t\t: 2599.998\nphysical id\t: 1\n\
            core id\t\t: 0\ncpu cores\t: 2\npower management:\n\nprocessor\t: 7\ncpu MHz\t\t: 800.000\n\n";
        let cpus = cpuinfo(bytes);
        assert_eq!(cpus.len(), 2);
        assert_eq!(
            cpus[0],
            Cpuinfo {
                processor: 0,
                model_name: Some(b"Intel(R) Xeon(R) Processor"),
                mhz: Some(2599.998),
                physical_id: Some(1),
                cpu_cores: Some(2),
            }
        );
        assert_eq!((cpus[1].processor, cpus[1].mhz, cpus[1].physical_id), (7, Some(800.0), None));
    }

    #[test]
    fn t37_an_s390x_processor_has_a_dynamic_and_a_static_frequency() {
        let bytes = b"vendor_id       : IBM/S390\n# processors    : 2\nbogomips per cpu: 3241.00\n\
            max thread id   : 0\n\
            processor 0: version = FF,  identification = 2733E8,  machine = 2964\n\
            processor 1: version = FF,  identification = 2733E8,  machine = 2964\n\n\
            cpu number      : 0\nphysical id     : 1\ncpu MHz dynamic : 5000\ncpu MHz static  : 5200\n\n\
            cpu number      : 1\ncpu MHz dynamic : 4900\ncpu MHz static  : 5200\n";
        let cpus = cpuinfo(bytes);
        assert_eq!(
            cpus.iter().map(|cpu| cpu.mhz).collect::<Vec<_>>(),
            [Some(5000.0), Some(4900.0)]
        );
    }

    #[test]
    fn t37_power_writes_the_unit_beside_the_number() {
        let bytes =
            b"processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 3800.000000MHz\n\
            revision\t: 2.3\n\nprocessor\t: 4\nclock\t\t: 2300.000000MHz\n\n\
            timebase\t: 512000000\nplatform\t: PowerNV\n";
        let cpus = cpuinfo(bytes);
        assert_eq!(
            cpus.iter().map(|cpu| cpu.mhz).collect::<Vec<_>>(),
            [Some(3800.0), Some(2300.0)]
        );
        assert_eq!(cpus[0].model_name, Some(&b"POWER9, altivec supported"[..]));
    }

    #[test]
    fn t38_an_arm_processor_says_little() {
        let bytes =
            b"Processor\t: ARMv7 Processor rev 4 (v7l)\nprocessor\t: 0\nBogoMIPS\t: 38.40\n\n\
            processor\t: 1\nBogoMIPS\t: 38.40\nCPU architecture: 7\n\nHardware\t: BCM2835\n";
        let cpus = cpuinfo(bytes);
        assert_eq!(cpus.len(), 2);
        assert_eq!(cpus[1], Cpuinfo { processor: 1, ..Cpuinfo::default() });
    }

    #[test]
    fn t37_frequencies_without_numbers_are_one_processor_each() {
        let cpus = cpuinfo(b"cpu MHz\t\t: 100\ncpu MHz\t\t: 400\n");
        let found: Vec<_> = cpus.iter().map(|cpu| (cpu.processor, cpu.mhz)).collect();
        assert_eq!(found, [(0, Some(100.0)), (1, Some(400.0))]);
    }
}
