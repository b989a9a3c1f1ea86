//! Documents that hold a value, one row of the table each.

use std::fmt::Write as _;

/// A kind of document.
pub struct Document {
    pub name: &'static str,
    /// Writes a document in which the value stands under the key.
    pub write: fn(&str, &str) -> String,
}

pub const DOCUMENTS: &[Document] = &[
    Document { name: "logfmt", write: |key, value| format!("level=info {key}={value:?} dur=3ms") },
    Document { name: "headers", write: |key, value| format!("Host: example.com\r\n{key}: {value}\r\nAccept: */*\r\n") },
    Document {
        name: "folded header",
        write: |key, value| format!("Host: example.com\r\n{key}:\r\n {value}\r\nAccept: */*\r\n"),
    },
    Document { name: "form body", write: |key, value| format!("a=1&{key}={}&b=2", form_encoded(value)) },
    Document {
        name: "connection string",
        write: |key, value| format!("Server=db.example.com;{key}={value};Encrypt=true"),
    },
    Document { name: "command line", write: |key, value| format!("app --port 8080 --{key} {value:?} --verbose") },
    Document {
        name: "environment",
        write: |key, value| format!("export PORT=8080\nexport {}={value:?}\n", key.to_uppercase()),
    },
    Document { name: "INI", write: |key, value| format!("[server]\nport = 8080\n{key} = {value:?}\n") },
    Document { name: "YAML", write: |key, value| format!("server:\n  {key}: {value:?}\n  port: 8080\n") },
    Document {
        name: "YAML, single quotes",
        write: |key, value| format!("server:\n  {key}: '{value}'\n  port: 8080\n"),
    },
    Document {
        name: "YAML block scalar",
        write: |key, value| format!("server:\n  {key}: |\n    {}\n  port: 8080\n", indented(value)),
    },
    Document {
        name: "YAML folded scalar",
        write: |key, value| format!("{key}: >-\n  {}\nport: 8080\n", indented(value)),
    },
    Document {
        name: "YAML on the next line",
        write: |key, value| format!("{key}:\n  {}\nport: 8080\n", indented(value)),
    },
    Document { name: "YAML list", write: |key, value| format!("{key}:\n  - first\n  - {value:?}\nport: 8080\n") },
    Document { name: "YAML anchor", write: |key, value| format!("{key}: &main {value:?}\nport: 8080\n") },
    Document { name: "YAML flow", write: |key, value| format!("server: {{port: 8080, {key}: {value:?}}}") },
    Document {
        name: "YAML, named",
        write: |key, value| format!("env:\n- name: {key}\n  value: {value:?}\n- name: PORT\n"),
    },
    Document {
        name: "JSON, named",
        write: |key, value| {
            serde_json::json!([{"name": "port", "value": 8080}, {"name": key, "value": value}]).to_string()
        },
    },
    Document {
        name: "Debug, named",
        write: |key, value| {
            format!("[Pair {{ key: {key:?}, value: Some({value:?}) }}, Pair {{ key: \"port\", value: None }}]")
        },
    },
    Document {
        name: "attributes of XML, named",
        write: |key, value| format!("<a><add key=\"port\" value=\"8080\"/><add key=\"{key}\" value={value:?}/></a>"),
    },
    Document { name: "SQL update", write: |key, value| format!("UPDATE t SET {key}='{value}', n = 1 WHERE id = 17") },
    Document {
        name: "SQL insert",
        write: |key, value| format!("INSERT INTO t (id, {key}, n) VALUES (1, 'x', 2), (3, '{value}', 4)"),
    },
    Document {
        name: "SQL condition",
        write: |key, value| format!("SELECT 1 FROM t WHERE t.{key} = '{value}' AND n = 1"),
    },
    Document { name: "SQL list", write: |key, value| format!("SELECT 1 FROM t WHERE {key} IN ('x', '{value}')") },
    Document { name: "SQL pattern", write: |key, value| format!("SELECT 1 FROM t WHERE {key} LIKE '{value}%'") },
    Document { name: "XML element", write: |key, value| format!("<login><{key}>{value}</{key}><n>1</n></login>") },
    Document { name: "XML attribute", write: |key, value| format!("<login {key}=\"{value}\" n=\"1\"/>") },
    Document { name: "XML with CDATA", write: |key, value| format!("<{key}><![CDATA[{value}]]></{key}>") },
    Document { name: "XML, escaped for HTML", write: |key, value| format!("&lt;{key}&gt;{value}&lt;/{key}&gt;") },
    Document { name: "Debug tuples", write: |key, value| format!("{:?}", [("n", "1"), (key, value)]) },
    Document { name: "arguments", write: |key, value| format!("{:?}", ["app", "-v", &format!("--{key}"), value]) },
    Document { name: "arguments, pretty", write: |key, value| format!("{:#?}", ["app", &format!("--{key}"), value]) },
    Document { name: "command", write: |key, value| format!("\"app\" \"--{key}\" {value:?} \"-v\"") },
    Document { name: "Debug tuples, pretty", write: |key, value| format!("{:#?}", [("n", "1"), (key, value)]) },
    Document {
        name: "Debug of a Debug text",
        write: |key, value| format!("{:?}", format!("Login {{ {key}: {value:?}, n: 1 }}")),
    },
    Document { name: "Debug, cut off", write: |key, value| cut(format!("Login {{ n: 1, {key}: {value:?} }}"), 3) },
    Document { name: "JSON in text", write: |key, value| format!("body={} took 3ms", json(key, value)) },
    Document { name: "JSON, cut off", write: |key, value| cut(json(key, value), 2) },
    Document {
        name: "JSON, escaped throughout",
        write: |key, value| format!("{{\"n\":1,\"{key}\":\"{}\"}}", escaped(value)),
    },
    Document {
        name: "JSON, percent-encoded",
        write: |key, value| format!("GET /x?q={}&n=1", percent_encoded(&json(key, value))),
    },
    Document {
        name: "JSON, escaped for HTML",
        write: |key, value| format!("<pre>{}</pre>", json(key, value).replace('"', "&quot;")),
    },
    Document { name: "JSON in base64", write: |key, value| format!("state={} n=1", base64(&json(key, value))) },
    Document { name: "JSON in hex", write: |key, value| format!("dump {} n=1", hex(&json(key, value))) },
    Document {
        name: "key of a map",
        write: |key, value| serde_json::json!({ format!("{key}={value}"): 1, "n": 2 }).to_string(),
    },
    Document {
        name: "CSV in quotes",
        write: |key, value| format!("1,\"{{\"\"{key}\"\":\"\"{value}\"\",\"\"n\"\":1}}\",2"),
    },
    Document {
        name: "Python traceback",
        write: |key, value| {
            format!(
                "Traceback (most recent call last):\n  File \"a.py\", line 7, in f\n    f({key}='{value}')\nValueError: {{'{key}': '{value}'}}\n"
            )
        },
    },
    Document {
        name: "Java stack trace",
        write: |key, value| {
            format!("java.io.IOException: refused, {key}={value:?}\n\tat com.example.Login.check(Login.java:17)\n")
        },
    },
    Document { name: "Ruby hash", write: |key, value| format!("Parameters: {{\"n\"=>1, \"{key}\"=>{value:?}}}") },
    Document { name: "PHP array", write: |key, value| format!("Array\n(\n    [n] => 1\n    [{key}] => {value}\n)\n") },
];

fn json(key: &str, value: &str) -> String {
    serde_json::json!({ "n": 1, key: value }).to_string()
}

/// Without the last `len` bytes, all of them ASCII.
fn cut(mut document: String, len: usize) -> String {
    document.truncate(document.len() - len);
    document
}

/// Each line but the first with blanks before it.
fn indented(value: &str) -> String {
    value.replace('\n', "\n    ")
}

/// Every character as `\u0041` (RFC 8259, section 7).
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for unit in value.encode_utf16() {
        let _ = write!(out, "\\u{unit:04x}");
    }
    out
}

/// Everything but letters, digits and `-._~` as `%41` (RFC 3986, section 2.3).
pub fn percent_encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(encode).collect()
}

/// As [`percent_encoded`], but a blank is `+` (WHATWG URL, section 5.2).
fn form_encoded(value: &str) -> String {
    percent_encoded(value).replace("%20", "+")
}

fn hex(value: &str) -> String {
    value.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 4648, section 4.
fn base64(value: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in value.as_bytes().chunks(3) {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        let letters = (0..4).map(|i| char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]));
        out.extend(letters.take(chunk.len() + 1));
        out.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    out
}
