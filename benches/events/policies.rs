//! The policies that mask.

use tracing_privacy::{FieldBuilder, Policy};

/// Ten patterns and two keys: what a careful service starts with.
const TWELVE_RULES: &str = r#"
version = 1

[[field]]
keys = ["password"]
[[field]]
keys = ["api_key"]

[[pattern]]
name = "email"
detector = "email"
[[pattern]]
name = "card"
detector = "card"
[[pattern]]
name = "iban"
detector = "iban"
[[pattern]]
name = "us_ssn"
detector = "us_ssn"
[[pattern]]
name = "ipv4"
detector = "ipv4"
[[pattern]]
name = "phone"
detector = "phone"
[[pattern]]
name = "jwt"
detector = "jwt"
[[pattern]]
name = "authorization"
detector = "authorization"
[[pattern]]
name = "aws_access_key_id"
regex = '\b(?:AKIA|ASIA)[0-9A-Z]{16}\b'
[[pattern]]
name = "github_token"
regex = '\bgh[pousr]_[0-9A-Za-z]{36,}'
"#;

pub fn twelve_rules() -> Policy {
    TWELVE_RULES.parse().expect("the rules are good")
}

/// All packs, also the one that is not built in, and an inventory of a thousand keys, as a large company has.
pub fn all_rules() -> Policy {
    let keys = OWNERS.iter().flat_map(|owner| THINGS.iter().map(move |thing| format!("{owner}_{thing}")));
    let keys: Vec<String> = keys.collect();
    assert_eq!(keys.len(), 1000);
    let policy = Policy::builder().include_all().field(FieldBuilder::new(keys)).build();
    policy.expect("all packs compile, and the keys are good")
}

const OWNERS: &[&str] = &[
    "applicant",
    "borrower",
    "buyer",
    "carrier",
    "client",
    "customer",
    "debtor",
    "dealer",
    "donor",
    "driver",
    "employee",
    "guardian",
    "guest",
    "heir",
    "insured",
    "landlord",
    "lender",
    "member",
    "merchant",
    "officer",
    "owner",
    "parent",
    "partner",
    "passenger",
    "patient",
    "payee",
    "payer",
    "pensioner",
    "pilot",
    "recipient",
    "referee",
    "resident",
    "seller",
    "sender",
    "shipper",
    "student",
    "subscriber",
    "tenant",
    "visitor",
    "witness",
];

const THINGS: &[&str] = &[
    "answer",
    "badge",
    "biography",
    "birthplace",
    "comment",
    "contract",
    "diploma",
    "dossier",
    "fingerprint",
    "grade",
    "hobby",
    "income",
    "licence",
    "locker",
    "mandate",
    "nickname",
    "note",
    "opinion",
    "plate",
    "portrait",
    "salary",
    "score",
    "signature",
    "title",
    "voucher",
];
