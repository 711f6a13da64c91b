//! `/sys/kernel/btf/vmlinux`: the types of the running kernel, in the BPF type format. Since 5.4.
//!
//! A kernel has 150,000 types and a program wants some twenty of them. So the strings are walked once for the names that
//! are wanted, and the types once for those that bear them; whatever else there is, only its place is noted.

use super::Endian;
use crate::{Error, text};

const MAGIC: u16 = 0xeb9f;
/// The header's own length, in the only version that there is.
const HEADER: usize = 24;
/// `struct btf_type`: name, kind and number of members, size or type.
const TYPE: usize = 12;
/// `struct btf_member` and most of what follows a type.
const MEMBER: usize = 12;
/// Types lead to types; a chain of more links goes round in a circle.
const DEEPEST: usize = 32;
/// A structure has fewer without a name in it: `task_struct`, which leads, has some ten.
const NESTED: usize = 512;

const INT: u8 = 1;
const PTR: u8 = 2;
const ARRAY: u8 = 3;
const STRUCT: u8 = 4;
const UNION: u8 = 5;
const ENUM: u8 = 6;
const TYPEDEF: u8 = 8;
const VOLATILE: u8 = 9;
const CONST: u8 = 10;
const RESTRICT: u8 = 11;
const FUNC: u8 = 12;
const FUNC_PROTO: u8 = 13;
const VAR: u8 = 14;
const DATASEC: u8 = 15;
const DECL_TAG: u8 = 17;
const TYPE_TAG: u8 = 18;
const ENUM64: u8 = 19;

/// The types, as far as they were asked for.
#[derive(Debug, Clone)]
pub struct Btf<'a> {
    order: Endian,
    types: &'a [u8],
    strings: &'a [u8],
    /// Where each type is; the first has the number 1.
    places: Vec<u32>,
    /// The types that bear a wanted name: the name's place, the kind, the number.
    named: Vec<(u32, u8, u32)>,
    /// Where the wanted names are.
    names: Vec<(String, u32)>,
}

/// A member of a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Where it begins, in bytes from the beginning of the outermost structure.
    pub offset: u32,
    /// How long it is, in bytes; 0 for an array without an end.
    pub size: u32,
    /// The type that it has.
    type_id: u32,
}

/// A type's head.
#[derive(Debug, Clone, Copy)]
struct Type {
    name: u32,
    kind: u8,
    /// How many members, or what the kind has of them.
    count: usize,
    /// Whether members say how many bits they have.
    bits: bool,
    /// The size, or the type that it is made of.
    size_or_type: u32,
    /// Where the members are.
    body: usize,
}

/// Notes where the types are, and those that have one of the `wanted` names.
pub fn btf<'a>(bytes: &'a [u8], wanted: &[&str]) -> Result<Btf<'a>, Error> {
    let order = order(bytes)?;
    let number = |at| order.u32(bytes, at).map(|number| number as usize);
    let part = |offset: usize, length: usize, field| {
        let header =
            number(4).filter(|length| *length >= HEADER).ok_or(Error::missing("hdr_len"))?;
        let start = header.checked_add(number(offset).ok_or(Error::missing(field))?);
        let length = number(length).ok_or(Error::missing(field))?;
        let whole = start.and_then(|start| bytes.get(start..)?.get(..length));
        whole.ok_or(Error::missing(field))
    };
    let types = part(8, 12, "types")?;
    let strings = part(16, 20, "strings")?;
    let names = find_names(strings, wanted);
    let mut btf = Btf { order, types, strings, places: Vec::new(), named: Vec::new(), names };
    btf.walk()?;
    Ok(btf)
}

/// The magic number is in the order of the machine that the kernel runs on.
fn order(bytes: &[u8]) -> Result<Endian, Error> {
    [Endian::Little, Endian::Big]
        .into_iter()
        .find(|order| order.u16(bytes, 0) == Some(MAGIC))
        .ok_or(Error::garbled("magic"))
}

/// Where the wanted names stand among the strings. Each is there once.
fn find_names(strings: &[u8], wanted: &[&str]) -> Vec<(String, u32)> {
    // Most strings are told by their length and their first letter from all that are wanted.
    let mut letters = [0_u64; 256];
    for name in wanted {
        let letter = name.as_bytes().first().and_then(|first| letters.get_mut(usize::from(*first)));
        letter.into_iter().for_each(|lengths| *lengths |= 1 << (name.len() % 64));
    }
    let mut names = Vec::with_capacity(wanted.len());
    let mut at = 0;
    while let Some(rest) = strings.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(length) = text::position(rest, 0) else { break };
        let name = rest.get(..length).unwrap_or_default();
        let lengths = name.first().and_then(|first| letters.get(usize::from(*first)));
        if lengths.is_some_and(|lengths| lengths >> (length % 64) & 1 == 1)
            && let Some(found) = wanted.iter().find(|wanted| wanted.as_bytes() == name)
            && let Ok(place) = u32::try_from(at)
        {
            names.push(((*found).to_owned(), place));
        }
        at += length + 1;
    }
    names
}

impl Btf<'_> {
    fn walk(&mut self) -> Result<(), Error> {
        self.places.reserve(self.types.len() / 32);
        let mut at = 0;
        while at < self.types.len() {
            let kind = self.at(at).ok_or(Error::missing("type"))?;
            let place = u32::try_from(at).map_err(|_| Error::garbled("type"))?;
            self.places.push(place);
            if matches!(kind.kind, STRUCT | FUNC | VAR) && self.is_wanted(kind.name) {
                // Numbered from 1; 0 is `void`.
                self.named.push((kind.name, kind.kind, self.places.len() as u32));
            }
            let length = body_length(&kind).ok_or(Error::garbled("kind"))?;
            at = kind.body.checked_add(length).ok_or(Error::garbled("vlen"))?;
        }
        Ok(())
    }

    fn is_wanted(&self, name: u32) -> bool {
        self.names.binary_search_by_key(&name, |(_, place)| *place).is_ok()
    }

    /// The head of the type at `place`.
    fn at(&self, place: usize) -> Option<Type> {
        let info = self.order.u32(self.types, place + 4)?;
        Some(Type {
            name: self.order.u32(self.types, place)?,
            kind: (info >> 24 & 0x1f) as u8,
            count: (info & 0xffff) as usize,
            bits: info >> 31 == 1,
            size_or_type: self.order.u32(self.types, place + 8)?,
            body: place + TYPE,
        })
    }

    fn by_number(&self, id: u32) -> Option<Type> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        self.at(*self.places.get(index)? as usize)
    }

    fn number_of(&self, kind: u8, name: &str) -> Option<u32> {
        let (_, place) = self.names.iter().find(|(known, _)| known == name)?;
        let wanted = |(named, its, _): &&(u32, u8, u32)| named == place && *its == kind;
        self.named.iter().find(wanted).map(|(_, _, id)| *id)
    }

    /// The number of the function `name`, if it was wanted.
    pub fn function(&self, name: &str) -> Option<u32> {
        self.number_of(FUNC, name)
    }

    /// The number of the variable `name`, if it was wanted. Kernels list those that each processor has of its own.
    pub fn variable(&self, name: &str) -> Option<u32> {
        self.number_of(VAR, name)
    }

    /// The size of the structure `name` in bytes, if it was wanted.
    pub fn size(&self, name: &str) -> Option<u32> {
        Some(self.by_number(self.number_of(STRUCT, name)?)?.size_or_type)
    }

    /// A member of the structure `name`, which must be among those that were wanted: as in `se.sum_exec_runtime`, through
    /// structures within it and members without a name. `pids[2]` is an element of an array.
    pub fn member(&self, name: &str, path: &str) -> Option<Member> {
        let id = self.number_of(STRUCT, name)?;
        let whole = Member { offset: 0, size: self.by_number(id)?.size_or_type, type_id: id };
        path.split('.').try_fold(whole, |outer, step| {
            let (name, index) = match step.split_once('[') {
                Some((name, index)) => (name, Some(index.strip_suffix(']')?.parse().ok()?)),
                None => (step, None),
            };
            let inner = self.within(outer.type_id, name.as_bytes(), &mut { NESTED })?;
            let inner = Member { offset: outer.offset.checked_add(inner.offset)?, ..inner };
            match index {
                Some(index) => self.element(inner, index),
                None => Some(inner),
            }
        })
    }

    /// The member `name` of the structure or union, or of those without a name in it.
    /// `left` is how many more of them may be looked into.
    fn within(&self, id: u32, name: &[u8], left: &mut usize) -> Option<Member> {
        let (_, outer) = self.plain(id)?;
        if !matches!(outer.kind, STRUCT | UNION) {
            return None;
        }
        *left = left.checked_sub(1)?;
        (0..outer.count).find_map(|index| {
            let at = outer.body + index * MEMBER;
            let own = self.order.u32(self.types, at)?;
            let type_id = self.order.u32(self.types, at + 4)?;
            let place = self.order.u32(self.types, at + 8)?;
            // A field of bits has its length in the upper byte.
            let bits = if outer.bits { place & 0xff_ffff } else { place };
            let offset = bits / 8;
            if own == 0 {
                let inner = self.within(type_id, name, left)?;
                return Some(Member { offset: offset.checked_add(inner.offset)?, ..inner });
            }
            let is_bits = outer.bits && place >> 24 != 0;
            if is_bits || !self.is_called(own, name) {
                return None;
            }
            Some(Member { offset, size: self.size_of(type_id, DEEPEST)?, type_id })
        })
    }

    fn element(&self, array: Member, index: u32) -> Option<Member> {
        let (_, outer) = self.plain(array.type_id)?;
        if outer.kind != ARRAY {
            return None;
        }
        let type_id = self.order.u32(self.types, outer.body)?;
        let size = self.size_of(type_id, DEEPEST)?;
        let offset = array.offset.checked_add(size.checked_mul(index)?)?;
        Some(Member { offset, size, type_id })
    }

    fn is_called(&self, place: u32, name: &[u8]) -> bool {
        let rest = self.strings.get(place as usize..).unwrap_or_default();
        rest.strip_prefix(name).is_some_and(|rest| rest.first() == Some(&0))
    }

    /// The type behind other names of it.
    fn plain(&self, mut id: u32) -> Option<(u32, Type)> {
        for _ in 0..DEEPEST {
            let found = self.by_number(id)?;
            match found.kind {
                TYPEDEF | VOLATILE | CONST | RESTRICT | TYPE_TAG => id = found.size_or_type,
                _ => return Some((id, found)),
            }
        }
        None
    }

    fn size_of(&self, id: u32, depth: usize) -> Option<u32> {
        let (_, found) = self.plain(id)?;
        match found.kind {
            PTR => Some(8),
            ARRAY => {
                let element = self.order.u32(self.types, found.body)?;
                let count = self.order.u32(self.types, found.body + 8)?;
                self.size_of(element, depth.checked_sub(1)?)?.checked_mul(count)
            }
            INT | STRUCT | UNION | ENUM | ENUM64 => Some(found.size_or_type),
            _ => None,
        }
    }
}

/// How long what follows the head is.
fn body_length(head: &Type) -> Option<usize> {
    Some(match head.kind {
        INT | VAR | DECL_TAG => 4,
        ARRAY => MEMBER,
        STRUCT | UNION | DATASEC | ENUM64 => head.count * MEMBER,
        ENUM | FUNC_PROTO => head.count * 8,
        PTR | 7..=FUNC | 16 | TYPE_TAG => 0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel of a few types, which a test puts together.
    #[derive(Default)]
    struct Kernel {
        types: Vec<u8>,
        strings: Vec<u8>,
        count: u32,
    }

    impl Kernel {
        fn new() -> Self {
            Self { strings: vec![0], ..Self::default() }
        }

        fn name(&mut self, name: &str) -> u32 {
            if name.is_empty() {
                return 0;
            }
            let at = self.strings.len() as u32;
            self.strings.extend(name.bytes().chain([0]));
            at
        }

        /// Adds a type: its kind, its size or type, and the numbers that follow.
        fn add(&mut self, name: &str, kind: u8, count: u32, size: u32, body: &[u32]) -> u32 {
            let name = self.name(name);
            let info = u32::from(kind) << 24 | count;
            let words = [&[name, info, size], body].concat();
            self.types.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            self.count += 1;
            self.count
        }

        /// A structure or a union: the name, the type and the first bit of each member.
        fn structure(
            &mut self,
            name: &str,
            kind: u8,
            size: u32,
            members: &[(&str, u32, u32)],
        ) -> u32 {
            let mut body = Vec::new();
            for (name, id, bit) in members {
                body.extend([self.name(name), *id, *bit]);
            }
            self.add(name, kind, members.len() as u32, size, &body)
        }

        fn bytes(&self) -> Vec<u8> {
            let (types, strings) = (self.types.len() as u32, self.strings.len() as u32);
            let mut bytes = vec![0x9f, 0xeb, 1, 0];
            for word in [24, 0, types, types, strings] {
                bytes.extend(word.to_le_bytes());
            }
            [&bytes, self.types.as_slice(), &self.strings].concat()
        }
    }

    /// `struct task { volatile int state; union { u64 a; struct { u32 low; int high[3]; }; }; struct pid *pids[4]; struct
    /// inner in; }`, a function and a variable.
    fn small() -> Vec<u8> {
        let mut kernel = Kernel::new();
        let int = kernel.add("int", INT, 0, 4, &[32]);
        let long = kernel.add("u64", INT, 0, 8, &[64]);
        let volatile = kernel.add("", VOLATILE, 0, int, &[]);
        let three = kernel.add("", ARRAY, 0, 0, &[int, int, 3]);
        let parts = kernel.structure("", STRUCT, 16, &[("low", int, 0), ("high", three, 32)]);
        let either = kernel.structure("", UNION, 16, &[("a", long, 0), ("", parts, 0)]);
        let pointer = kernel.add("", PTR, 0, 0, &[]);
        let pids = kernel.add("", ARRAY, 0, 0, &[pointer, int, 4]);
        let inner = kernel.structure("inner", STRUCT, 16, &[("x", long, 0), ("y", long, 64)]);
        let alias = kernel.add("alias_t", TYPEDEF, 0, inner, &[]);
        let members =
            [("state", volatile, 0), ("", either, 64), ("pids", pids, 192), ("in", alias, 448)];
        kernel.structure("task", STRUCT, 72, &members);
        kernel.add("look", FUNC, 1, 0, &[]);
        kernel.add("queues", VAR, 0, int, &[1]);
        kernel.bytes()
    }

    fn place(path: &str) -> Option<(u32, u32)> {
        let bytes = small();
        let btf = btf(&bytes, &["task"]).unwrap();
        btf.member("task", path).map(|member| (member.offset, member.size))
    }

    #[test]
    fn a_member_is_found_in_what_has_no_name() {
        assert_eq!(place("state"), Some((0, 4)));
        assert_eq!(place("a"), Some((8, 8)));
        assert_eq!(place("high"), Some((12, 12)));
        assert_eq!(place("missing"), None);
    }

    #[test]
    fn a_path_leads_through_structures_and_into_arrays() {
        assert_eq!(place("in.y"), Some((64, 8)));
        assert_eq!(place("pids[2]"), Some((40, 8)));
        assert_eq!(place("high[1]"), Some((16, 4)));
        assert_eq!((place("state.x"), place("in[0]"), place("pids[2")), (None, None, None));
    }

    #[test]
    fn only_what_was_wanted_is_found_by_its_name() {
        let bytes = small();
        let btf = btf(&bytes, &["task", "look", "queues"]).unwrap();
        assert_eq!((btf.function("look"), btf.variable("queues")), (Some(12), Some(13)));
        assert_eq!(
            (btf.size("task"), btf.size("inner"), btf.function("task")),
            (Some(72), None, None)
        );
    }

    #[test]
    fn members_of_a_real_kernel_are_where_its_programs_find_them() {
        let path = "../../fixtures/linux/6.18-vm/sys/kernel/btf/vmlinux";
        let bytes = std::fs::read(path).unwrap();
        let names = ["bpf_iter_task", "mm_struct", "pid", "signal_struct", "task_struct"];
        let btf = btf(&bytes, &names).unwrap();
        let place = |name, path| btf.member(name, path).map(|member| (member.offset, member.size));
        assert_eq!(place("task_struct", "thread_info.cpu"), Some((20, 4)));
        assert_eq!(place("task_struct", "se.sum_exec_runtime"), Some((232, 8)));
        assert_eq!(place("task_struct", "comm"), Some((1752, 16)));
        assert_eq!(place("signal_struct", "pids[2]"), Some((376, 8)));
        assert_eq!(place("mm_struct", "arg_start"), Some((480, 8)));
        assert_eq!(place("mm_struct", "rss_stat[3].count"), Some((1088, 8)));
        assert_eq!(place("pid", "numbers[0].nr"), Some((144, 4)));
        assert!(btf.function("bpf_iter_task").is_some());
    }

    #[test]
    fn a_field_of_bits_is_no_member() {
        let mut kernel = Kernel::new();
        let int = kernel.add("int", INT, 0, 4, &[32]);
        let (name, wide, narrow) = (kernel.name("s"), kernel.name("wide"), kernel.name("narrow"));
        let info = 1 << 31 | u32::from(STRUCT) << 24 | 2;
        let words = [name, info, 8, wide, int, 0, narrow, int, 3 << 24 | 32];
        kernel.types.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        let bytes = kernel.bytes();
        let btf = btf(&bytes, &["s"]).unwrap();
        assert_eq!(btf.member("s", "wide").map(|member| member.size), Some(4));
        assert_eq!(btf.member("s", "narrow"), None);
    }

    #[test]
    fn a_type_that_contains_itself_has_no_end_and_no_size() {
        let mut kernel = Kernel::new();
        kernel.structure("s", STRUCT, 8, &[("", 1, 0), ("", 1, 0), ("x", 2, 0)]);
        kernel.add("", CONST, 0, 2, &[]);
        let bytes = kernel.bytes();
        assert_eq!(btf(&bytes, &["s"]).unwrap().member("s", "x"), None);
    }

    #[test]
    fn what_is_cut_short_or_of_an_unknown_kind_is_refused() {
        let bytes = small();
        assert_eq!(btf(&bytes[..20], &[]).unwrap_err(), Error::missing("types"));
        assert_eq!(btf(b"\x7fELF", &[]).unwrap_err(), Error::garbled("magic"));
        let mut odd = bytes;
        odd[24 + 7] = 31;
        assert_eq!(btf(&odd, &[]).unwrap_err(), Error::garbled("kind"));
    }
}
