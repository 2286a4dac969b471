//! What the contract says, case by case.
