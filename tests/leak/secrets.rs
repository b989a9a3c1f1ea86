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
];
