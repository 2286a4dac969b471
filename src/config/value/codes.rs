//! Exit codes.

use super::{Node, Reader, Value};

impl Reader<'_, '_> {
    pub(super) fn codes(&mut self, node: &Node<'_>) -> Option<Vec<i64>> {
        let list = self.list(node, "a list of exit codes")?;
        let codes =
            list.iter().map(
                |element| match self.int(element, 0, 255, "an exit code from 0 to 255")? {
                    Value::Int(code) => Some(code),
                    _ => None,
                },
            );
        codes.collect()
    }
}
