//! Findings that a comment allows: in their line, or in comments right above it or above their statement.

use crate::scan::allow::allowed;

/// Whether the lines around a finding allow it. Lines are counted from 1.
pub(super) fn is_allowed(lines: &[&str], lint: &str, line: usize, statement_line: usize) -> bool {
    let allows = |text: &str| allowed(text.as_bytes()).contains(&lint.as_bytes());
    let at = |number: usize| number.checked_sub(1).and_then(|index| lines.get(index)).copied().unwrap_or_default();
    if allows(at(line)) {
        return true;
    }
    [line, statement_line].into_iter().any(|begin| {
        let above = (1..begin).rev().map(at).take_while(|text| is_comment(text));
        above.into_iter().any(allows)
    })
}

/// A line that is a comment and no more: of Rust, or of the files that are configured in.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with('#') && !line.starts_with("#[") || line.starts_with(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_in_and_above_a_line_allow() {
        let lines = [
            "// privacy:allow renamed_field documented",
            "// and more",
            "info!(",
            "    contact = %email,",
            "    to = %email, // privacy:allow sensitive_struct documented",
            ");",
        ];
        assert!(is_allowed(&lines, "renamed_field", 4, 3));
        assert!(is_allowed(&lines, "sensitive_struct", 5, 3));
        assert!(!is_allowed(&lines, "sensitive_struct", 4, 3));
        assert!(!is_allowed(&lines, "schema", 4, 3));
        assert!(!is_allowed(&["code(); // privacy:allow schema x", "info!(a);"], "schema", 2, 2));
        assert!(!is_allowed(&[], "schema", 7, 0));
    }
}
