//! The tables by which many keywords are found in one pass over a text.
//!
//! Every second byte of a text begins a window of four. A filter says of the four bytes whether they can
//! stand at the place of a keyword where it shows itself; what passes is held against one cell of a table,
//! which tells what the bytes around have in common in all keywords of that cell, and then is compared with
//! these. So that every second byte is enough, a keyword is in the filter twice, from two neighbouring
//! places, which are those that are rare in ordinary text.
//! Shared with the build script, so it knows nothing of the rest of the crate.

use super::sketch::{Bytes, has};
use std::borrow::Cow;

/// How many kinds of four bytes the cells tell apart.
const WHOLES: usize = 1 << 12;
/// How many of two, for windows in the middle of which they are, and of whose ends one can be many.
const PARTS: usize = 1 << 10;
/// How many cells there are.
pub const CELLS: usize = WHOLES + PARTS;
/// How many numbers of 64 bits the filter has: no more than the first cache holds.
pub const FILTER: usize = 1 << 12;
/// Spreads bytes over the bits of the filter.
const MIX: u32 = 0x9e37_79b1;
/// Does so over the cells, in another way.
const REMIX: u32 = 0x85eb_ca6b;
/// Turns letters to lowercase, and some other bytes into one another.
pub const LOWER: u8 = 0x20;
/// The two bytes in the middle of a window, which are always known.
const MIDDLE: u32 = 0x00ff_ff00;
/// A gram is chosen within so many bytes of its keyword.
const REACH: usize = 64;
/// So many bytes behind a keyword can have a say.
pub const AFTER: usize = 3;
/// Stands in front of a text, where any keyword can begin.
pub const START: u8 = b'\n';
/// Every byte.
pub const ANY: Bytes = [u32::MAX; 8];

/// A keyword, and what stands around it where it is worth finding.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// Its bytes, in lowercase, 3 or more.
    pub text: &'a str,
    /// The bytes that can stand in front of it, unless it stands at the start of a text.
    pub before: Bytes,
    /// The bytes that can follow it, one set for each place.
    pub after: [Bytes; AFTER],
}

impl<'a> Word<'a> {
    /// Makes a keyword that is worth finding everywhere.
    #[must_use]
    pub fn anywhere(text: &'a str) -> Self {
        Self {
            text,
            before: ANY,
            after: [ANY; AFTER],
        }
    }
}

/// What is known of a window, the byte in front of it and the three behind it, in lowercase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The bits that are known.
    pub bits: u64,
    /// Which those are.
    pub mask: u64,
}

impl Cell {
    /// What nothing fits.
    const NOTHING: Self = Self { bits: 1, mask: 0 };

    /// Returns what both know.
    fn common(self, other: Self) -> Self {
        if self == Self::NOTHING {
            return other;
        }
        let mask = self.mask & other.mask & !(self.bits ^ other.bits);
        Self {
            bits: self.bits & mask,
            mask,
        }
    }
}

/// Where a keyword shows itself in a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// What is known there.
    pub cell: Cell,
    /// The keyword.
    pub word: u32,
    /// How many bytes that has.
    pub length: u32,
    /// What can stand around it, as an index.
    pub around: u32,
    /// How far behind the start of the keyword the window begins.
    pub back: i8,
}

/// What can stand in front of a keyword, and in the places behind it.
pub type Around = [Bytes; 1 + AFTER];

/// The keywords of a set of patterns, ready to be searched for.
#[derive(Debug, Clone)]
pub struct Index {
    /// One bit for each kind of four bytes that can be the window of a keyword.
    pub first: Cow<'static, [u64]>,
    /// What the spots of each cell have in common.
    pub cells: Cow<'static, [Cell]>,
    /// Where the spots of each cell begin, and the end of the last.
    pub heads: Cow<'static, [u32]>,
    /// The spots.
    pub spots: Cow<'static, [Spot]>,
    /// The keywords one after another.
    pub bytes: Cow<'static, [u8]>,
    /// Where each keyword begins, and the end of the last.
    pub starts: Cow<'static, [u32]>,
    /// What can stand around keywords.
    pub arounds: Cow<'static, [Around]>,
}

impl Index {
    /// Makes the index of keywords; the number of a keyword is its place in the list.
    #[must_use]
    pub fn new(words: &[Word<'_>]) -> Self {
        let (mut firsts, mut cells) = (vec![0_u64; FILTER], vec![Cell::NOTHING; CELLS]);
        let (mut lists, mut bytes, mut starts) = (Vec::new(), Vec::new(), vec![0_u32]);
        let mut arounds = Vec::new();
        for (word, number) in words.iter().zip(0_u32..) {
            let around = place_in(&mut arounds, around_of(word));
            for (back, window) in windows(word) {
                let (at, cell) = (cell_of(&window), known(word, back));
                cells[at] = cells[at].common(cell);
                lists.push((
                    at,
                    Spot {
                        cell,
                        word: number,
                        length: word.text.len() as u32,
                        around,
                        back,
                    },
                ));
                for kind in kinds(&window) {
                    let (at, bit) = first(kind);
                    firsts[at] |= 1 << bit;
                }
            }
            bytes.extend_from_slice(word.text.as_bytes());
            starts.push(bytes.len() as u32);
        }
        lists.sort();
        let heads = (0..=CELLS).map(|cell| lists.partition_point(|(at, _)| *at < cell) as u32);
        Self {
            first: firsts.into(),
            cells: cells.into(),
            heads: heads.collect(),
            spots: lists.iter().map(|(_, spot)| spot.clone()).collect(),
            bytes: bytes.into(),
            starts: starts.into(),
            arounds: arounds.into(),
        }
    }
}

fn around_of(word: &Word<'_>) -> Around {
    let [a, b, c] = word.after;
    [word.before, a, b, c]
}

/// Returns the place of what is in a list, where it is put if it is new.
fn place_in(list: &mut Vec<Around>, around: Around) -> u32 {
    let known = list.iter().position(|known| *known == around);
    known.unwrap_or_else(|| {
        list.push(around);
        list.len() - 1
    }) as u32
}

/// Returns the cells of a window, whose first byte is the second of these eight: that of all four bytes,
/// and that of the two in the middle.
#[inline(always)]
#[must_use]
pub fn cells(bytes: u64) -> [usize; 2] {
    let cell = |key: u32, cells: usize| key.wrapping_mul(REMIX) as usize >> (32 - cells.trailing_zeros());
    let whole = (bytes >> 8) as u32;
    [cell(whole, WHOLES), WHOLES + cell(whole & MIDDLE, PARTS)]
}

/// Returns the place of a window in the filter, and its bit there.
#[inline(always)]
#[must_use]
pub fn first(window: u32) -> (usize, u32) {
    let mixed = window.wrapping_mul(MIX);
    let shift = 32 - FILTER.trailing_zeros();
    ((mixed >> shift) as usize, mixed >> (shift - 6) & 63)
}

/// What can stand in each of four bytes of a text, in lowercase. Of the first three or of the last three
/// bytes each can only be one.
type Window = [Vec<u8>; 4];

/// Returns two windows in which a keyword shows itself, one byte apart, each with how far behind the
/// start of the keyword it begins.
fn windows(word: &Word<'_>) -> [(i8, Window); 2] {
    // A keyword of 3 or 4 bytes fills no two windows.
    let last = word.text.len().min(REACH) as i8 - 4;
    let first = if word.text.len() > 4 { 0 } else { -1 };
    let cost = |n: &i8| commonness(&window(word, *n)) + commonness(&window(word, n + 1));
    let best = (first..=last).min_by_key(cost).unwrap_or_default();
    [best, best + 1].map(|n| (n, window(word, n)))
}

/// Returns the window that begins so far behind the start of the keyword.
fn window(word: &Word<'_>, back: i8) -> Window {
    [0, 1, 2, 3].map(|n| folded(&place_of(word, back + n)))
}

/// Returns the bytes that can stand so far behind the start of the keyword.
fn place_of(word: &Word<'_>, at: i8) -> Bytes {
    let Ok(at) = usize::try_from(at) else {
        return if at == -1 { word.before } else { ANY };
    };
    match word.text.as_bytes().get(at) {
        Some(byte) => one(*byte),
        None => word.after.get(at - word.text.len()).copied().unwrap_or(ANY),
    }
}

fn one(byte: u8) -> Bytes {
    let mut set = Bytes::default();
    set[usize::from(byte >> 5)] = 1 << (byte & 31);
    set
}

/// Returns the bytes of a set as they look in lowercase, each once.
fn folded(set: &Bytes) -> Vec<u8> {
    let all = (0..=u8::MAX).filter(|byte| has(set, *byte));
    let mut bytes: Vec<u8> = all.map(|byte| byte | LOWER).collect();
    bytes.sort_unstable();
    bytes.dedup();
    bytes
}

/// Returns every kind of four bytes that a window stands for.
fn kinds(window: &Window) -> Vec<u32> {
    let mut kinds = vec![0];
    for byte in window.iter().rev() {
        let longer = kinds
            .iter()
            .flat_map(|rest| byte.iter().map(move |b| rest << 8 | u32::from(*b)));
        kinds = longer.collect();
    }
    kinds
}

/// Returns the cell of a window: that of all its bytes if each is known, else that of those in the middle.
fn cell_of(window: &Window) -> usize {
    let bytes = [0, 1, 2, 3].map(|n| window[n][0]);
    let is_known = window.iter().all(|byte| byte.len() == 1);
    let [whole, part] = cells(u64::from(u32::from_le_bytes(bytes)) << 8);
    if is_known { whole } else { part }
}

/// Returns what is known of the window that begins so far behind the start of the keyword.
fn known(word: &Word<'_>, back: i8) -> Cell {
    let (mut bits, mut mask) = ([0; 8], [0; 8]);
    for (place, at) in (back - 1..).take(8).enumerate() {
        let set = place_of(word, at);
        if set == ANY {
            continue;
        }
        let mut all = folded(&set);
        all.extend((at == -1).then_some(START | LOWER));
        let (same, ever) = all.iter().fold((u8::MAX, 0), |(a, o), byte| (a & byte, o | byte));
        mask[place] = !(same ^ ever);
        bits[place] = same & mask[place];
    }
    Cell {
        bits: u64::from_le_bytes(bits),
        mask: u64::from_le_bytes(mask),
    }
}

/// Returns how common what a window stands for is in ordinary text, about.
fn commonness(window: &Window) -> usize {
    let kinds = kinds(window);
    let [kind] = kinds[..] else {
        // What stands for many takes as many bits, and lets through more by chance.
        return 200 + kinds.len() * 2;
    };
    let rank = COMMON
        .iter()
        .position(|common| u32::from_le_bytes(**common) == kind);
    rank.map_or(1, |rank| 100_000 / (rank + 40))
}

/// The four bytes that are common in sources and documents, of those in keywords, as they look in lowercase,
/// the most common first.
const COMMON: [&[u8; 4]; 800] = [
    b" the", b"the ", b"tion", b" to ", b"ing ", b"lass", b"clas", b" for", b"code", b"comm", b" of ",
    b"for ", b"file", b"form", b"name", b" com", b"ion ", b"test", b"atio", b"type", b"with", b"from",
    b"ment", b" not", b"stat", b"html", b"not ", b"able", b"this", b"cont", b"stru", b"truc", b"ruct",
    b"iter", b"impl", b"ject", b" thi", b"turn", b"e th", b"trai", b"his ", b"read", b"head", b"ptio",
    b"ring", b"asse", b"atch", b"inde", b"ndex", b"onst", b"scri", b"buil", b"ctio", b" fil", b"ions",
    b"f th", b"stri", b"line", b"ted ", b"sion", b"opti", b"data", b"http", b"ent ", b"ith ", b"port",
    b" cha", b" by ", b" be ", b"ting", b"repo", b"side", b"erat", b"onta", b"tati", b"conf", b"ate ",
    b"t re", b"e re", b"ther", b"ight", b"est\x7f", b"item", b"chec", b"mple", b" fro", b"rust", b"comp",
    b"heck", b"spec", b"t th", b"trin", b"inte", b"ding", b"pack", b"ed t", b"tory", b" ass", b"rate",
    b"list", b"of t", b"remo", b"bran", b" rep", b"merg", b"tera", b"ense", b"onfi", b"char", b"erge",
    b"tree", b"he s", b" an ", b"nfig", b"are ", b"e in", b" pro", b"allo", b"onte", b"cens", b"core",
    b"pect", b"ecti", b"book", b"sign", b"loca", b"rect", b" are", b"arse", b"itor", b"t co", b"pars",
    b".com", b"ated", b"rent", b"here", b" you", b"sing", b"none", b"ault", b"base", b"rite", b"s in",
    b"link", b"atic", b"tter", b"e to", b"ange", b"work", b" all", b"nter", b"tent", b"nten", b"o th",
    b"to t", b"ert\x7f", b"vers", b"ctor", b"cess", b"r th", b"time", b"tive", b"tabl", b"ould", b"llow",
    b"ents", b"icon", b"lang", b"mand", b"late", b"atur", b"free", b"you ", b"dire", b"ence", b"chan",
    b"emot", b"alid", b"irec", b"vali", b"out ", b"uld ", b"othe", b"lock", b"ound", b"tial", b"all ",
    b"// a", b"stor", b"e of", b"mote", b" pre", b"butt", b"utto", b"tton", b"call", b"mber", b"sage",
    b"ust ", b"ersi", b"pdat", b" cod", b"nce ", b"reat", b"only", b"stre", b"rsio", b"e.co", b"ourc",
    b"sour", b"urce", b"ader", b"ore ", b"he r", b"push", b"atte", b"lect", b"eade", b"ort ", b"essa",
    b"cati", b"d th", b"e fo", b"star", b"her ", b"trac", b"entr", b"ampl", b"crea", b"true", b"hash",
    b"ons ", b"tart", b"oper", b"ffer", b"itio", b"ress", b"impo", b"hang", b"trea", b"ed b", b"ning",
    b"king", b"to a", b"info", b"text", b"or t", b"he p", b"dent", b"inst", b"refe", b"ally", b"oint",
    b"eate", b"empt", b"flag", b"eren", b"tain", b"it r", b"mpor", b"poin", b" dir", b"ode ", b"over",
    b"ect\x7f", b"mess", b"each", b"ssag", b"rge ", b"pres", b"t of", b"ed a", b"ream", b"ocat", b"back",
    b" mod", b"cces", b"togg", b"oggl", b"pare", b"arge", b"stan", b"age ", b"pref", b"<!--", b"itte",
    b"nlin", b"part", b"note", b" ver", b" no ", b"nsta", b"tail", b"enta", b"aaaa", b"mark", b"ance",
    b"s re", b"t se", b"com/", b"e an", b"\x7fpat", b"een ", b"red ", b"enti", b" ins", b"mode", b"move",
    b"deco", b"conv", b"help", b"oken", b"ates", b"d by", b"serv", b"curr", b"docu", b"ocum", b"alse",
    b"rget", b"d no", b"fals", b"vert", b"bloc", b"codi", b"urre", b"onve", b"git\x7f", b" any", b"aint",
    b"actu", b"ract", b"renc", b"desc", b"hing", b"ing\x7f", b"rren", b"sele", b"ized", b"rack", b"repl",
    b"ever", b"aile", b"he i", b"t be", b"toke", b"etch", b"thre", b"temp", b"load", b"igno", b"nver",
    b"icat", b"fetc", b"gnor", b"escr", b"or a", b" rec", b"ails", b"any ", b"ifie", b"cate", b"rapp",
    b"must", b"ings", b"uffe", b"e no", b"ount", b"d re", b"term", b"ote ", b"\x7fcon", b"andl", b"\x7fsta",
    b"lags", b"elec", b"otes", b"anno", b" tru", b"te t", b"s fo", b"ater", b"n re", b"view", b"re t",
    b"been", b" bee", b" app", b" fal", b"ode\x7f", b"our ", b"ompa", b"qual", b"revi", b" sig", b"arti",
    b"grou", b"equi", b"appl", b"reba", b"tche", b"emov", b"endi", b"ntry", b"iate", b"user", b"erve",
    b"meta", b"ters", b"nore", b"coun", b"he a", b"rted", b"cept", b"ng i", b"er a", b"send", b"exis",
    b"xist", b"inva", b"e pr", b"ebas", b"even", b"tran", b"debu", b"shou", b"ific", b"ebug", b"zero",
    b"thou", b"stdo", b"nabl", b"ques", b"thin", b"he m", b"nval", b"iste", b"tore", b"skip", b"mail",
    b"stin", b"rest", b"stab", b" rev", b"/ as", b"houl", b"re a", b"orte", b"need", b"lati", b"ing.",
    b"it t", b"ate\x7f", b"ndow", b"as a", b"root", b"// s", b"ping", b"node", b"ist ", b"prim", b"figu",
    b"clea", b"sinc", b"uest", b"rrow", b"patc", b"fini", b"iven", b"t an", b"auto", b"quir", b"t no",
    b"plat", b"ver ", b"prev", b"erna", b"is c", b"fied", b"ster", b"r co", b"fore", b"resp", b"et t",
    b"pper", b"n't ", b"spac", b"eral", b"long", b"erti", b"erin", b"find", b"roup", b"nder", b"afte",
    b"tem ", b"spla", b"fter", b"rans", b" pri", b"ling", b"emai", b"or c", b"ard ", b"pace", b"tatu",
    b"atus", b"tora", b"econ", b"ligh", b"ules", b"-fil", b"open", b"exce", b"ied ", b"st s", b"fica",
    b"ssio", b"er i", b"tdoc", b"stas", b"curs", b"or i", b"ustd", b"tash", b"nner", b"ious", b"ntra",
    b"get ", b"ples", b" acc", b"ndin", b"r re", b"ecko", b"shar", b"new\x7f", b"d an", b"ld n", b"uild",
    b"efor", b"acce", b"prov", b" fin", b"essi", b"or s", b"elea", b"ntex", b"angu", b"rail", b" exc",
    b"shee", b"ient", b"sent", b"heet", b"hort", b"shor", b"reco", b"coll", b"your", b"rece", b"olle",
    b"fine", b" key", b"ativ", b"ecur", b"ous ", b"lear", b"pass", b"xcep", b"ista", b"ngua", b"uage",
    b"nstr", b"guag", b"full", b"ende", b" sec", b"an a", b"lite", b"ove ", b"uite", b"ause", b"evel",
    b"auth", b"cket", b" abo", b"fall", b"r in", b"fixe", b"mpla", b"e al", b"plic", b"caus", b" fla",
    b"!-- ", b"ctiv", b"iler", b"rver", b"vent", b"last", b"llec", b"ion\x7f", b"ckin", b"arke", b"ways",
    b"empl", b"rive", b"most", b"ent\x7f", b"mati", b"boun", b"n se", b"fast", b"eady", b"ve t", b"ilit",
    b"hare", b"rais", b"ntri", b"ared", b"ns a", b"rame", b"ntia", b"ette", b"viou", b"aise", b"o no",
    b"xpan", b"eed ", b"stra", b"ollo", b" que", b"elet", b"brea", b"is r", b"ossi", b"plit", b" bec",
    b"hell", b"y re", b"t al", b"assi", b"foll", b"tool", b"ompl", b"ity ", b"spar", b"is f", b"bers",
    b"drop", b"inse", b"recu", b"grap", b"epar", b"raph", b"bstr", b"reac", b"json", b"inat", b"ssin",
    b"esti", b"prec", b"cert", b"t on", b"spon", b"take", b"s pr", b"espo", b" = f", b"page", b"pand",
    b"guar", b"lity", b"issu", b"bili", b" ign", b"eter", b"or d", b"ying", b"t me", b"ot b", b"gith",
    b"erif", b"untr", b"nt o", b"nati", b"er c", b"en a", b"ithu", b"indi", b"thub", b"ssue", b"veri",
    b"age-", b"ode-", b"cros", b"f yo", b"word", b"set\x7f", b"igna", b"thor", b"evio", b"loat", b"ify ",
    b"floa", b"orce", b"nfor", b"ly a", b"anda", b"ce t", b"ger ", b"omme", b"nted", b"leve", b"esta",
    b"sive", b" off", b"tack", b"y be", b"aste", b"reak", b"\x7fmod", b"onfl", b"idat", b"lida", b"lien",
    b"s fi", b"stac", b"nsig", b"of c", b"cent", b"oute", b"f co", b"toco", b"mpar", b"beca", b"simp",
    b"eden", b"clie", b"isti", b"utho", b"ot c", b"e mo", b"rule", b"now ", b"extr", b"cher", b"dete",
    b"cred", b"look", b"tant", b"dian", b"er f", b"on s", b"if y", b"mmen", b"ack.", b"less", b"ures",
    b"usto", b"ecau", b"uper", b"stem", b"uter", b"stom", b"rede", b"arts", b"cust", b"thei", b"et a",
    b"pert", b"supe", b"ocke", b" dep", b"forc", b"xtra", b"t ac", b"t\x7fin", b"ut o", b"g in", b"t pu",
    b"enab", b"ved ", b"flic", b"or r", b"addr", b"expo", b"egin", b"ghts", b"cord", b"syst", b" sys",
    b" lon", b"rand", b"uard", b"\x7fpro", b"unit", b"perf", b"yste", b"stag",
];
