//! Reading and parsing sources, within limits: no file may take all memory, nor more than a stack.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The largest file that is looked at, in bytes.
const LARGEST: u64 = 8 * 1024 * 1024;
/// How deep brackets may lie in each other.
const DEEPEST: usize = 256;
/// How long a chain may be that the parser follows by calls: operators, calls of methods, types inside of types. In tokens, of
/// a place and all that it lies in.
const LONGEST: usize = 10_000;
/// The stack of a thread that parses, in bytes. What is not used costs nothing.
pub(super) const STACK: usize = 512 * 1024 * 1024;

/// Reads a file as text. The error says what is wrong, without its name.
pub(super) fn read(path: &Path) -> Result<String, String> {
    // Asked before it is opened: to open a pipe waits for whoever writes to it.
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("is no file".to_owned());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is over {} MiB and was not looked at", LARGEST / 1024 / 1024));
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err("is no text in UTF-8".to_owned()),
    }
}

/// Parses a source. The error says where it is no Rust. Spans are those of this thread until [`forget_spans`].
pub(super) fn parse(source: &str) -> Result<syn::File, String> {
    let tokens = tokens(source)?;
    check_depth(&tokens)?;
    syn::parse2(tokens).map_err(|error: syn::Error| {
        let line = error.span().start().line;
        format!("line {line}: is no Rust: {error}")
    })
}

/// The tokens of a source, each at its place.
pub(super) fn tokens(source: &str) -> Result<TokenStream, String> {
    // Without its mark, as the parser does it.
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    without_shebang(source).parse().map_err(|error: proc_macro2::LexError| {
        format!("line {}: is no Rust: a bracket, quote or sign does not fit", error.span().start().line)
    })
}

/// Lets go of all texts that were parsed on this thread.
pub(super) fn forget_spans() {
    proc_macro2::extra::invalidate_current_thread_spans();
}

/// The text with blanks for a first line that a shell reads, so that lines and columns stay.
fn without_shebang(source: &str) -> std::borrow::Cow<'_, str> {
    let is_attribute = |rest: &str| rest.trim_start().starts_with('[');
    match source.strip_prefix("#!") {
        Some(rest) if !is_attribute(rest) => {
            let end = source.find('\n').unwrap_or(source.len());
            let mut blank = " ".repeat(end);
            blank.push_str(&source[end..]);
            blank.into()
        }
        _ => source.into(),
    }
}

/// Refuses what the parser would follow too deep. A chain ends at `;`, `,` and after a block that nothing goes on behind.
fn check_depth(tokens: &TokenStream) -> Result<(), String> {
    struct Level {
        rest: std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
        /// How many tokens the chain has so far, with those of all levels above.
        chain: usize,
        begins: usize,
    }
    let level = |tokens: TokenStream, begins| Level { rest: tokens.into_iter().peekable(), chain: begins, begins };
    let mut levels = vec![level(tokens.clone(), 0)];
    while let Some(last) = levels.last_mut() {
        let Some(token) = last.rest.next() else {
            levels.pop();
            continue;
        };
        last.chain += 1;
        let line = token.span().start().line;
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => last.chain = last.begins,
            TokenTree::Group(group) => {
                let chain = last.chain;
                let goes_on = match last.rest.peek() {
                    Some(TokenTree::Ident(next)) => next == "else" || next == "as",
                    Some(TokenTree::Punct(next)) => next.as_char() != '#',
                    _ => false,
                };
                if group.delimiter() == Delimiter::Brace && !goes_on {
                    last.chain = last.begins;
                }
                levels.push(level(group.stream(), chain));
            }
            _ => {}
        }
        if levels.len() > DEEPEST || levels.last().is_some_and(|level| level.chain > LONGEST) {
            return Err(format!("line {line}: is nested too deep to be looked at"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a source can be parsed on such a thread as the command has.
    fn parsed(source: String) -> Result<(), String> {
        let work = move || parse(&source).map(|_| ());
        std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap()
    }

    #[test]
    fn what_is_nested_deep_is_refused_or_fits() {
        let wrapped = |open: &str, close: &str, times: usize| {
            format!("fn f() {{ let x = {}{{1}}{}; }}", open.repeat(times), close.repeat(times))
        };
        for times in [100, 3_000, 9_000, 50_000] {
            for (open, close) in [
                ("(", ")"),
                ("[", "]"),
                ("{", "}"),
                ("!", ""),
                ("&", ""),
                ("-", ""),
                ("a(", ")"),
                ("|x| ", ""),
                ("1 + ", ""),
                ("if a { 1 } else ", ""),
                ("return ", ""),
                ("x = ", ""),
                ("", ".f()"),
                ("", "?"),
                ("", " as u8"),
                ("a!{", "}"),
                ("move || ", ""),
            ] {
                let result = parsed(wrapped(open, close, times));
                let is_shallow = times == 100;
                assert!(result.is_ok() || !is_shallow, "{open} {times}: {result:?}");
                assert!(result.is_err() || times < 50_000, "{open} {times}");
            }
            let _ = parsed(format!("type T = {}u8{};", "Box<".repeat(times), ">".repeat(times)));
            let _ = parsed(format!("type T = {}u8;", "&".repeat(times)));
        }
        let many = "fn f() { g(); }\n#[test] fn g() {}\nstruct S;\n".repeat(20_000);
        assert!(parsed(many).is_ok());
    }

    #[test]
    fn what_is_no_rust_is_told_with_its_line() {
        assert!(parsed("fn f() {}\nfn (".to_owned()).unwrap_err().starts_with("line 2: is no Rust: "));
        assert!(parsed("fn f() { \"unclosed }".to_owned()).is_err());
        assert!(parsed("#!/usr/bin/env run\nfn f() {}".to_owned()).is_ok());
        assert!(parsed("#![allow(x)]\nfn f() {}".to_owned()).is_ok());
        assert!(parsed("\u{feff}fn f() {}".to_owned()).is_ok());
        assert!(parsed(String::new()).is_ok());
    }
}
