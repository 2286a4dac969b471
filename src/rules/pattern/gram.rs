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
/// Spreads three bytes over the slots; found by trial on ordinary sources.
const SPREAD: u32 = 0x9224_feed;
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
    /// Where the spots of each slot begin, and the end of the last.
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
                    lists.push((slot, spot(window, number, back)));
                }
            }
            starts.push(starts[starts.len() - 1] + word.len() as u32);
        }
        lists.sort();
        lists.dedup();
        let heads = (0..=SLOTS).map(|list| lists.partition_point(|(l, _)| *l < list) as u32);
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
    // The shift drops the fourth byte.
    ((window | LOWER) << 8).wrapping_mul(SPREAD) as usize >> 17
}

/// Four bytes of a text; some can be any.
type Window = [Option<u8>; 4];

/// Returns two windows in which a keyword shows itself, one byte apart, each with how far behind the
/// start of the keyword it begins.
fn windows(word: &[u8]) -> [(i8, Window); 2] {
    // A keyword of 3 or 4 bytes fills no two windows.
    let last = word.len().saturating_sub(4).min(REACH) as i8;
    let first = if word.len() > 4 { 0 } else { -1 };
    let cost = |n: &i8| commonness(&window(word, *n)) + commonness(&window(word, n + 1));
    let best = (first..=last).min_by_key(cost).unwrap_or_default();
    [best, best + 1].map(|n| (n, window(word, n)))
}

/// Returns the window that begins so far behind the start of the keyword.
fn window(word: &[u8], back: i8) -> Window {
    let at = |n: i8| word.get(usize::try_from(back + n).ok()?).copied();
    [at(0), at(1), at(2), at(3)]
}

/// Returns the slots of the windows that this one stands for.
fn slots(window: Window) -> impl Iterator<Item = usize> {
    let first = match window[0] {
        Some(byte) => u32::from(byte)..u32::from(byte) + 1,
        None => 0..256,
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

/// Returns how common what is known of a window is in ordinary text, at most.
fn commonness(window: &Window) -> usize {
    let known = |at: usize| Some([window[at]?, window[at + 1]?, window[at + 2]?]);
    let share = |gram: [u8; 3]| {
        let mut common = COMMON.split_ascii_whitespace();
        let rank = common.position(|common| common.as_bytes() == gram);
        rank.map_or(1, |rank| 1_000_000 / (rank + 20))
    };
    let shares = [0, 1].map(|at| known(at).map(share));
    // A first byte that can be any takes a bit of many slots.
    let unknown = if window[0].is_none() { 4000 } else { 0 };
    // Of the fourth byte the table knows an eighth, so the first three count for that much again.
    unknown + shares.into_iter().flatten().min().unwrap_or(1_000_000) + shares[0].unwrap_or(0) / 8
}

/// The three bytes that are common in sources and documents, of those in keywords, the most common first.
const COMMON: &str = "\
    the ion tes con ing est tio ect ate git st_ str ent ons typ ype com ter int for ame ine sel res nam \
    nst exp par ati fin rat and ssl all sta pec che ith tor tri sl_ ite val ile ess tur ser ted rin der \
    ode ens fil ver _co one pen ead pub lic pro mpl rea err ope act use ust dat tat nte ces ref omm _re \
    set ers mit out ind tru not wit are ack ult ort men ret era thi lin ore cha _st ert eri ble tra htt \
    ttp rep ass eck hec _in cat get loc t_s pat ize oss ase end ran lue add sk_ imp nde ct_ ple ree ice \
    mat ck_ pre :// let omp her ive ain ato rec fro per cce nce ali tre ere ist abl arg ext mod tps ual \
    er_ hea por ara rro ide har rse enc ont sio nse et_ unc ang num _pa jec sub key ars llo ini pac ign \
    _de onf oid ena tch cra ctu anc rus ren tem bit orm log pti ner non ail .co ata dir ure cod des cal \
    ath sin hat fun oun our tin lat iti tim rap new bas nit equ gra wor att has ram put ime atu han dif \
    tho nta ste eat les cla rsi red pla age art atc sig te_ tag len rma nti lib nod ins ace nch sse emo \
    _se mai nfi sto bra met eme ned unt rac emp rit ash inc nal spa but ial std opt cen ove igh oca ken \
    map fig eve ull ule aph fer on_ ng_ ten low it_ cke cur lis ire cor ele las rai ete ach inf tar 000 \
    cop gen you rem ntr rge rev ern nge ed_ rce pri mac ant que dge ork mes t_p sul nts ica dex fie doc \
    ord tic nfo din sha om/ any dec nsi lit ght thu le_ ndi lem sho lea hub esp gre nt_ ote can lse app \
    clu cro ool ene rib tab dis oin usi ssi ary ocs oke ute rt_ tex _pr ock aul ity e_t sou ema riv eci \
    ifi ttr rti als sup urc pos uns tte lid ina ber re_ sec rou ori voi ags ses mpo uni mer _no ard tok \
    iff lan bac den ast ues ome fai del gin cou eth th_ fla pli ory wri se_ fix k_o ral ept clo tai cer \
    man ncl mbe poi eco bio ude thr lar to_ blo ise cto _li ges ger min irs cre ill vid rop er. erv ost \
    syn fre loa ict ech k_t lag eam spe tia -re mus gne whi ake bin cep lob mpa hou rst ade ari scr roc \
    col exc mor yte t_i amp t_t exa tan ovi mem qui boo tac ave ona hin ffe ong tom zer run fir eso sit \
    hem or_ cri tiv kin rre ify try hav pda two loo ric ans led ild _tr hor ero pan cas oll rel hre ien \
    lly son pon nes rve pes arr eas tus erm dit ima mp_ sen sch aut mov rie pol ven liz ond nat ede dle \
    e_p nne io_ oad uil esc ook ush bui _ke mot rue ear t_a ped erg eta _un ked hod acc nin nor arn det \
    lle ndl sti rte edi t() wil sys _to fal nic umb flo lus sag hel see ppo ink own rra bug gro inv ose \
    pus ecu enu sor nli onl fic oli up_ rip imi vel max ili shi arc off pul nly eed ndo de_ urs mis ebu \
    ilt she efe spl rif csp apa bar deb in_ ful tly igi uir cko exi spo gli nda lie way -fi inl odi me_ \
    _cr now ecl ne_ chi mar hic ale ew_ ryp ros bli .io ker lab org ypt cry _ve eba ey_ sid fet nva itt \
    .re cli cit ssa een eca nex onc gno ppe pin on: raw ows url rna ng. alg ler ell ick bou eli mic _te \
    uff ms_ kup ici osi ied car _mo gat net cap top etw ian cs. uen ipt rts rot tif eft bad fra gle nar \
    sam vis ett urr lac oku erf dow rmi ved rim ida ve_ api sim lev lec eng _cl uth eac oco cle ddi jso \
    ico mak htm dom fou qua ery nab cms tml ask or: ito etc zed rsh hos uto le- sca ean s_r st. too evi \
    ddr ura asi ier ela upe fol ets 100 ocu lgo env reb ann m_s med glo ron cip r_s no_ oce ole ket uri \
    row ppl .st lay t_n ss_ cum cim elp r_p hei d_c nis eti lex cia mas erd gua ark sql iat tal ems ays \
    nve ora nt( sum nee lia yst dar ups bil unk oma s_e ous emb mon rum k_p lve xpo iva pil onv ctl igu \
    bel ixe ot_ pag ely oot abo upl ics pop ils air el_ nel cks egr er- epa e.c tec mme ct. fac aps ex_ \
    bre ffi gnu ula alt eak roo tea ncr epl pas gum olo dev ike lif sic nen ce. ety dre pai tti cut tas";
