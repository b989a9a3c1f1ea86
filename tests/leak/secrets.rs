//! What must not come out. Documented examples and reserved ranges only.

/// A secret, and the parts of it that no output may hold.
pub struct Secret {
    pub name: &'static str,
    /// The key under which the paths log it.
    pub key: Key,
    pub value: &'static str,
    /// What the mask must not keep. A mask may keep parts: the last four digits, an e-mail address's domain.
    pub canaries: &'static [&'static str],
}

/// How a secret is recognised.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// By its key: it stands under `password`.
    Password,
    /// By its form: it stands under `note`, which says nothing.
    Note,
}

impl Key {
    /// As it stands in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Note => "note",
        }
    }
}

pub const SECRETS: &[Secret] = &[
    Secret {
        name: "password under its key",
        key: Key::Password,
        value: "hunter2-canary-9f3a",
        canaries: &["hunter2-canary-9f3a", "canary-9f3a"],
    },
    Secret {
        name: "e-mail",
        key: Key::Note,
        value: "jane.canary.doe@example.com", // RFC 2606
        canaries: &["jane.canary.doe", "canary.doe"],
    },
    Secret {
        name: "card",
        key: Key::Note,
        value: "4012-8888-8888-1881", // a test number of every payment provider
        canaries: &["4012-8888-8888", "8888-8888-18"],
    },
    Secret {
        name: "JWT",
        key: Key::Note,
        value: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\
                .eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ\
                .SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", // jwt.io
        canaries: &["eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6", "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"],
    },
    Secret {
        name: "AWS access key id",
        key: Key::Note,
        value: "AKIAIOSFODNN7EXAMPLE", // AWS documentation
        canaries: &["IOSFODNN7EXAMPLE"],
    },
    Secret {
        name: "bearer token",
        key: Key::Note,
        value: "Bearer mF_9.B5f-4.1JqM", // RFC 6750, section 2.1
        canaries: &["mF_9.B5f-4.1JqM"],
    },
    Secret {
        name: "basic authorization",
        key: Key::Note,
        value: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", // RFC 7617, section 2
        canaries: &["open sesame", "Aladdin:open"],
    },
    Secret {
        name: "PEM private key",
        key: Key::Note,
        value: "-----BEGIN PRIVATE KEY-----\n\
                MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                -----END PRIVATE KEY-----", // RFC 8410, section 10.3
        canaries: &["MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp", "K06/nwoy/HU++CXqI9EdVhC"],
    },
    Secret {
        name: "IBAN",
        key: Key::Note,
        value: "DE89 3704 0044 0532 0130 00", // ISO 13616 registry
        canaries: &["3704 0044 0532"],
    },
    Secret {
        name: "US social security number",
        key: Key::Note,
        value: "123-45-6789", // the placeholder that forms print
        canaries: &["123-45-6789"],
    },
    Secret {
        name: "phone number",
        key: Key::Note,
        value: "+1 202-555-0123", // reserved for fiction
        canaries: &["202-555-0123"],
    },
    Secret {
        name: "GitHub token",
        key: Key::Note,
        value: "ghp_16C7e42F292c6912E7710c838347Ae178B4a", // GitHub documentation
        canaries: &["16C7e42F292c6912E7710c838347Ae178B4a"],
    },
    Secret {
        name: "password in a URL",
        key: Key::Note,
        value: "postgres://app:s3cr3t-canary@db.example.com/orders",
        canaries: &["s3cr3t-canary"],
    },
    Secret {
        name: "phone number with a trunk prefix",
        key: Key::Note,
        value: "020 7946 0958", // reserved for fiction
        canaries: &["7946 09"],
    },
    Secret {
        name: "MAC address",
        key: Key::Note,
        value: "00:00:5e:00:53:c7", // RFC 7042, section 2.1.2
        canaries: &["00:00:5e:00:53"],
    },
    Secret {
        name: "IPv6 address",
        key: Key::Note,
        value: "2001:db8:85a3:8d3:1319:8a2e:370:7348", // RFC 3849
        canaries: &["8d3:1319:8a2e:370:7348"],
    },
    Secret {
        name: "Bitcoin address",
        key: Key::Note,
        value: "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", // Bitcoin wiki, "Invoice address"
        canaries: &["pEZ73CNmQviecrny"],
    },
    // Disguises: what must not come out is what stood there, or what it means.
    Secret {
        name: "e-mail, percent-encoded",
        key: Key::Note,
        value: "jane.canary.doe%40example.com",
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "e-mail, percent-encoded twice",
        key: Key::Note,
        value: "jane.canary.doe%2540example.com",
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "e-mail, escaped as in JSON",
        key: Key::Note,
        value: "jane.canary.doe\\u0040example.com",
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "e-mail, HTML reference",
        key: Key::Note,
        value: "jane.canary.doe&#64;example.com",
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "e-mail, full-width",
        key: Key::Note,
        value: "ｊａｎｅ．ｃａｎａｒｙ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        canaries: &["ｊａｎｅ．ｃａｎａｒｙ"],
    },
    Secret {
        name: "e-mail, look-alike letters",
        key: Key::Note,
        value: "𝐣𝐚𝐧𝐞.𝐜𝐚𝐧𝐚𝐫𝐲@example.com",
        canaries: &["𝐣𝐚𝐧𝐞.𝐜𝐚𝐧𝐚𝐫𝐲"],
    },
    Secret {
        name: "e-mail, Punycode",
        key: Key::Note,
        value: "jane.canary.doe@xn--exmple-cua.com",
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "e-mail beyond ASCII",
        key: Key::Note,
        value: "jürgen.canary.doe@exämple.com",
        canaries: &["jürgen.canary.doe"],
    },
    Secret {
        name: "e-mail in base64",
        key: Key::Note,
        value: "amFuZS5jYW5hcnkuZG9lQGV4YW1wbGUuY29t", // jane.canary.doe@example.com
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "e-mail in hex",
        key: Key::Note,
        value: "6a616e652e63616e6172792e646f65406578616d706c652e636f6d", // jane.canary.doe@example.com
        canaries: &["jane.canary.doe"],
    },
    Secret {
        name: "card, full-width",
        key: Key::Note,
        value: "４０１２８８８８８８８８１８８１",
        canaries: &["４０１２８８８８８８８８"],
    },
    Secret {
        name: "card with zero-width spaces",
        key: Key::Note,
        value: "4012\u{200b}8888\u{200b}8888\u{200b}1881",
        canaries: &["4012\u{200b}8888\u{200b}8888"],
    },
    Secret {
        name: "card with no-break spaces",
        key: Key::Note,
        value: "4012\u{a0}8888\u{a0}8888\u{a0}1881",
        canaries: &["4012\u{a0}8888\u{a0}8888"],
    },
    Secret { name: "card with dots", key: Key::Note, value: "4012.8888.8888.1881", canaries: &["4012.8888.8888"] },
    Secret {
        name: "card with typographic dashes",
        key: Key::Note,
        value: "4012–8888–8888–1881",
        canaries: &["4012–8888–8888"],
    },
];
