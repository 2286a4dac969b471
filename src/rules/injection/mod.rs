//! Rules about text that speaks to whoever reviews the change, where an expression is not enough to find it.

pub mod encoded_instruction;
pub mod text_out_of_sight;
