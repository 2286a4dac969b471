//! Landlock: no file, no TCP, no signal and no socket of others.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr,
};
use landlock::{RulesetCreated, RulesetError, RulesetStatus, Scope};

/// The versions that brought something to deny, the newest first, with their numbers.
const VERSIONS: [(ABI, u8); 7] = [
    (ABI::V9, 9),
    (ABI::V6, 6),
    (ABI::V5, 5),
    (ABI::V4, 4),
    (ABI::V3, 3),
    (ABI::V2, 2),
    (ABI::V1, 1),
];

/// Returns the newest version of which the kernel can deny everything; 0: none.
pub fn version() -> u8 {
    newest().map_or(0, |(.., number)| number)
}

/// Denies everything that the kernel can deny, and returns the version that does.
pub fn deny_all() -> Result<u8, String> {
    let (rules, _, number) = newest().ok_or("this kernel has none, or it is off")?;
    let status: RestrictionStatus = rules.restrict_self().map_err(|e| e.to_string())?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(number),
        _ => Err("it is enforced in part alone".to_owned()),
    }
}

/// Returns rules of the newest version that the kernel can enforce whole, with no exception so far.
pub fn newest() -> Option<(RulesetCreated, ABI, u8)> {
    newest_with(true)
}

/// The same, where TCP may be left to a network that holds nothing.
pub fn newest_with(tcp: bool) -> Option<(RulesetCreated, ABI, u8)> {
    let mut versions = VERSIONS.into_iter();
    versions.find_map(|(abi, number)| Some((rules(abi, tcp).ok()?, abi, number)))
}

/// Handles all that a version can, with no exception; fails where the kernel is older.
fn rules(abi: ABI, tcp: bool) -> Result<RulesetCreated, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(abi))?;
    let (net, scopes) = (AccessNet::from_all(abi), Scope::from_all(abi));
    if tcp && !net.is_empty() {
        rules = rules.handle_access(net)?;
    }
    if !scopes.is_empty() {
        rules = rules.scope(scopes)?;
    }
    rules.create()
}
