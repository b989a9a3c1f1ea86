//! A tree of logs with forty leaks in eleven formats, among ten thousand clean lines.

use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Leaks: the file, the line with `{}` for the value, and the value. All are documented examples, or made up.
pub const LEAKS: [(&str, &str, &str); 40] = [
    ("plain.log", "2026-01-02 03:04:05 INFO mail to {} was sent", "ann.plain@example.com"),
    ("plain.log", "2026-01-02 03:04:05 WARN card {} was declined", "4111 1111 1111 1111"),
    ("plain.log", "2026-01-02 03:04:05 INFO paid from {}", "GB82 WEST 1234 5698 7654 32"),
    ("plain.log", "2026-01-02 03:04:05 DEBUG using {} for the bucket", "AKIAIOSFODNN7EXAMPLE"),
    ("lines.json", r#"{"level":"info","user":{"contact":"{}"},"n":1}"#, "bob.json@example.com"),
    ("lines.json", r#"{"level":"info","passWord":"{}","n":2}"#, "correct-horse-1"),
    ("lines.json", r#"{"level":"info","message":"call {} back","n":3}"#, "+1 202-555-0143"),
    ("lines.json", r#"{"level":"info","fields":{"client_secret":"{}"}}"#, "battery-staple-2"),
    ("nested.json", r#"{"body":"{\"to\":\"{}\"}"}"#, "cleo.nested@example.com"),
    ("nested.json", r#"{"body":"{\"login\":{\"password\":\"{}\"}}"}"#, "correct-horse-3"),
    ("nested.json", r#"{"message":"sent {\"card\":\"{}\"} in 3 ms"}"#, "5555555555554444"),
    ("logfmt.log", "level=info email={} status=200", "dan.logfmt@example.com"),
    ("logfmt.log", "level=info api_key=\"{}\" status=200", "battery-staple-4"),
    ("logfmt.log", "level=debug session_token={} took=3ms", "c29tZS1zZXNzaW9u"),
    ("logfmt.log", "level=debug note=\"iban {}\"", "DE89370400440532013000"),
    ("debug.log", "user: User { id: 7, email: Some(\"{}\") }", "eve.debug@example.com"),
    ("debug.log", "Login { name: \"x\", password: \"{}\", remember: true }", "correct-horse-5"),
    ("debug.log", "[Card { pan: \"{}\", brand: Visa }]", "4242424242424242"),
    ("debug.log", "Err(Database(\"login failed\", Config { db_password: Some(\"{}\") }))", "battery-staple-6"),
    ("query.log", "GET /search?email={} 200", "fay.query%40example.com"),
    ("query.log", "GET /cb?state=1&access_token={}&x=2 302", "battery-staple-7"),
    ("query.log", "connecting to postgres://app:{}@db.example.com/shop", "correct-horse-8"),
    ("query.log", "POST /pay?card={} 200", "378282246310005"),
    ("deep/er/old.log.gz", "mail to {}", "gus.gzip@example.com"),
    ("deep/er/old.log.gz", "Authorization: Bearer {}", "mF_9.B5f-4.1JqM"),
    ("deep/er/old.log.gz", "password={}", "correct-horse-9"),
    ("deep/er/old.log.gz", "card {} refunded", "6011111111111117"),
    ("deep/older.log.zst", "mail to {}", "hal.zstd@example.com"),
    ("deep/older.log.zst", "{\"apiKey\":\"{}\"}", "battery-staple-10"),
    ("deep/older.log.zst", "Set-Cookie: {}", "sid=31d4d96e407aad42"),
    ("deep/older.log.zst", "ssn {} on file", "078-05-1120"),
    ("deep/page.xml", "<contact><email>{}</email></contact>", "ida.xml@example.com"),
    ("deep/page.xml", "<user id=\"7\" password=\"{}\"/>", "correct-horse-11"),
    ("deep/page.xml", "<Password>{}</Password>", "battery-staple-12"),
    ("config.yaml", "  password: {}", "correct-horse-13"),
    ("config.yaml", "smtp: { user: shop, secret: \"{}\" }", "battery-staple-14"),
    ("config.yaml", "  - email: {}", "joe.yaml@example.com"),
    ("dump.sql", "INSERT INTO users (id, password) VALUES (1, '{}');", "correct-horse-15"),
    ("dump.sql", "SELECT id FROM sessions WHERE token = '{}'", "battery-staple-16"),
    ("dump.sql", "UPDATE users SET email = '{}' WHERE id = 7", "kim.sql@example.com"),
];

/// Lines with nothing to find, by number.
fn clean(n: usize) -> String {
    let hash = format!("{:016x}", (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    match n % 11 {
        0 => format!("2026-01-02 03:04:05 INFO request {n} took 12 ms"),
        1 => format!("{{\"level\":\"info\",\"trace_id\":\"{hash}{hash}\",\"n\":{n}}}"),
        2 => format!("level=info msg=\"job done\" id={hash} took={n}us"),
        3 => format!("commit {hash}{hash}0a1b2c3d on branch release-{n}"),
        4 => format!("GET /assets/app-{hash}.js?v={n} 200 {n}"),
        5 => format!("Order {{ id: {n}, state: Paid, items: [1, 2, 3] }}"),
        6 => format!("starting worker {n} of 10000, version 1.{}.{}", n % 97, n % 13),
        7 => format!("<row id=\"{n}\"><count>{}</count></row>", n * 7),
        8 => format!("SELECT name FROM items WHERE id = {n} LIMIT 10"),
        9 => format!("epoch 17673{:05} offset {n}, 3 retries left", n % 100_000),
        _ => format!("thread main panicked at src/main.rs:{n}:5: index out of bounds"),
    }
}

/// Writes the tree into `logs`, and says in which line each leak stands: file, line, value.
pub fn plant(directory: &Path) -> Vec<(String, u64, &'static str)> {
    let mut texts: Vec<(&str, Vec<String>)> = Vec::new();
    let mut places = Vec::new();
    for (n, (file, line, value)) in LEAKS.iter().enumerate() {
        let at = texts.iter().position(|(name, _)| name == file).unwrap_or_else(|| {
            texts.push((file, Vec::new()));
            texts.len() - 1
        });
        let text = &mut texts[at].1;
        text.extend((n * 250..(n + 1) * 250).map(clean));
        text.push(line.replace("{}", value));
        places.push((format!("logs/{file}"), text.len() as u64, *value));
    }
    for (name, lines) in texts {
        let path = directory.join("logs").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = lines.join("\n") + "\n";
        let bytes = match name.rsplit('.').next() {
            Some("gz") => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(text.as_bytes()).unwrap();
                encoder.finish().unwrap()
            }
            Some("zst") => zstd::encode_all(text.as_bytes(), 1).unwrap(),
            _ => text.into_bytes(),
        };
        fs::write(path, bytes).unwrap();
    }
    places
}

/// Whether a text shows a planted value, or most of one.
pub fn shown(text: &str) -> Option<&'static str> {
    LEAKS.iter().map(|(_, _, value)| *value).find(|value| {
        let bare = value.replace("%40", "@");
        text.contains(value) || text.contains(&bare) || text.contains(bare.split('@').next().unwrap_or(&bare))
    })
}
