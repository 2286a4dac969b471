//! The tables by which many keywords are found in one pass over a text.
//!
//! Every second byte of a text begins a window of four. A table says of the first three bytes whether
//! they stand in a keyword, and which fourth bytes can follow; what it lets pass is compared with the
//! keyword itself. So that every second byte is enough, a keyword is in the table twice, from two
//! neighbouring places, which are those that are rare in ordinary text. Shared with the build script,
//! so it knows nothing of the rest of the crate.

use std::borrow::Cow;

/// How many kinds of three bytes the table tells apart.
pub const SLOTS: usize = 1 << 15;
/// How many slots share a list of spots.
pub const SHARED: usize = 4;
/// Spreads the lower five bits of three bytes over the slots; found by trial on ordinary sources.
const SPREAD: u32 = 0xd22f_02f3;
/// The lower five bits are the same in both cases of a letter.
const CLASS: u32 = 0x001f_1f1f;
/// Turns letters to lowercase, and some other bytes into one another.
pub const LOWER: u32 = 0x2020_2020;
/// A gram is chosen within so many bytes of its keyword.
const REACH: usize = 64;

/// Where a keyword shows itself in a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The bytes of the window that are known, in lowercase.
    pub gram: u32,
    /// Which of them are known.
    pub mask: u32,
    /// The keyword.
    pub word: u32,
    /// How far behind the start of the keyword the window begins.
    pub back: i8,
}

/// The keywords of a set of patterns, ready to be searched for.
#[derive(Debug, Clone)]
pub struct Index {
    /// For each slot the kinds of fourth bytes that can follow.
    pub masks: Cow<'static, [u8]>,
    /// Where the spots of each few slots begin, and the end of the last.
    pub heads: Cow<'static, [u32]>,
    /// The spots.
    pub spots: Cow<'static, [Spot]>,
    /// The keywords one after another.
    pub bytes: Cow<'static, [u8]>,
    /// Where each keyword begins, and the end of the last.
    pub starts: Cow<'static, [u32]>,
}

impl Index {
    /// Makes the index of keywords in lowercase, each of 3 bytes or more; the number of a keyword is
    /// its place in the list.
    #[must_use]
    pub fn new(words: &[&str]) -> Self {
        let mut masks = vec![0_u8; SLOTS];
        let mut lists = Vec::new();
        let mut starts = vec![0_u32];
        for (word, number) in words.iter().zip(0_u32..) {
            for (back, window) in windows(word.as_bytes()) {
                for slot in slots(window) {
                    masks[slot] |= window[3].map_or(u8::MAX, |fourth| 1 << (fourth & 7));
                    lists.push((slot / SHARED, spot(window, number, back)));
                }
            }
            starts.push(starts[starts.len() - 1] + word.len() as u32);
        }
        lists.sort();
        lists.dedup();
        let heads = (0..=SLOTS / SHARED).map(|list| lists.partition_point(|(l, _)| *l < list) as u32);
        Self {
            masks: masks.into(),
            heads: heads.collect(),
            spots: lists.iter().map(|(_, spot)| spot.clone()).collect(),
            bytes: words.concat().into_bytes().into(),
            starts: starts.into(),
        }
    }
}

/// Returns the slot of a window.
#[must_use]
pub fn slot(window: u32) -> usize {
    ((window & CLASS).wrapping_mul(SPREAD) >> 17) as usize
}

/// Four bytes of a text; some can be any.
type Window = [Option<u8>; 4];

/// Returns two windows in which a keyword shows itself, one byte apart, each with how far behind the
/// start of the keyword it begins.
fn windows(word: &[u8]) -> [(i8, Window); 2] {
    let at = |n: usize| word.get(n).copied();
    if word.len() < 4 {
        return [
            (0, [at(0), at(1), at(2), None]),
            (-1, [None, at(0), at(1), at(2)]),
        ];
    }
    let last = (word.len() - 4).min(REACH);
    let cost = |n: &usize| commonness(&word[*n..*n + 3]) + commonness(&word[*n + 1..*n + 4]);
    let best = (0..=last).min_by_key(cost).unwrap_or_default();
    [best, best + 1].map(|n| (n as i8, [at(n), at(n + 1), at(n + 2), at(n + 3)]))
}

/// Returns the slots of the windows that this one stands for.
fn slots(window: Window) -> impl Iterator<Item = usize> {
    let first = match window[0] {
        Some(byte) => u32::from(byte)..u32::from(byte) + 1,
        None => 0..32,
    };
    let rest = [0, 1, 2].map(|n| window[n].unwrap_or_default());
    let rest = u32::from_le_bytes([0, rest[1], rest[2], 0]);
    first.map(move |byte| slot(rest | byte))
}

fn spot(window: Window, word: u32, back: i8) -> Spot {
    let mask = u32::from_le_bytes(window.map(|byte| if byte.is_some() { 0xff } else { 0 }));
    let gram = u32::from_le_bytes(window.map(Option::unwrap_or_default));
    Spot {
        gram: (gram | LOWER) & mask,
        mask,
        word,
        back,
    }
}

/// Returns how common three bytes are in ordinary text; 0 for what is rare.
fn commonness(gram: &[u8]) -> usize {
    let known = COMMON.split_ascii_whitespace();
    let rank = known.rev().position(|common| common.as_bytes() == gram);
    rank.map_or(0, |rank| rank + 1)
}

/// The three bytes that are common in sources and documents, the most common first.
const COMMON: &str = "\
    pub con ons nst the ate sel elf sta ing ion ter int ind tio tat rat ent mut ize for let siz _bi \
    one mat all ine tur che _in __u gen val tra lin use and cra thi tes his str res typ ype bin tar \
    ite ore ser atc dge set ive ndg lon der usi get tch ver ran art mpl eri en_ ati ack len ass nte \
    ty_ rea her loc tru err ret sse ble _ty saf afe et_ ert n_t end ute cor est byt yte com ead ect \
    tim ern eat _re nli ock bit ers arc has ure inl etu tha pro dat rep clo out c_i not ime imp urn \
    rin add par uns tor ith hat atu rro ng_ ted put ren enc raw fin ere rch _st abl ult uct ear nit \
    it_ map ruc ust ash rne _se fie arg nce tin fea ror iti cal ext pat ans onf new oun _ma riv are \
    __b ple eld nsa opt pes ntr ref att deb cop iel dfa epr non bug ata tex uni num ebu er_ cty alu \
    rt_ lue ali _ke omp ini pre opy wit ode rit fil fla llo lag ant rom per ker sys fer inp nr_ ree \
    ame mem _nr fro dit npu cha t_e pec try nde low ach _ra eve ile ove __n rou rac sea nfi hec hen \
    eed ays eck ist ort red buf whe lic is_ pti era _de cti cfg sit to_ ato tri ong ity ner min amp \
    can rge sig off ys_ _le ens ess tfi cke kin el_ ild rre itf pac nel oin its ial tte c_u men cur \
    s_s te_ unt ins udi uil bui key dev nf_ sin ddr thr ck_ _si ld_ ori inf ome spe ste aud hor mod \
    rse tcp orm flo tac wri ast _lo act def han nse __k ain poi exp nam oth _co ffe pos anc _fl ase \
    ard lse met nsi nd_ std und ail esu nto ch_ _pa app ang een loa sul ry_ _pr t_s tom ese _eq som \
    ign nch uff rns ed_ rev max ned ap_ ica sio ide ont hre sto mit den nfa _un ice tho nt_ tic qui \
    uin _op ior hes evc acc vco ags as_ uti _of rec age cod ake ill st_ fse ema ffs aut ptr _ti ene \
    whi sec din ces unk sup nex por ric eci urr rti nge reg oat ven own ace yst _no nta uto nti ath \
    on_ spa eme aft les cas lle ded gua nee pol sch _ar mus als vec equ uar rma dis tiv t_r cce fmt \
    cat fs_ fai _us pt_ sed ler ies _ge lem sho our hun ipv _fi hay lly mas oll oma ait imi ena ink";
