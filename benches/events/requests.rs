//! What is logged: a table of made-up requests, so that no two events in a row are alike.

use std::error::Error;
use std::fmt;

/// How many requests there are.
pub const REQUESTS: usize = 1000;

/// What a web service knows of a request. The sensitive values are documented test values and reserved names.
pub struct Request {
    pub id: u64,
    pub method: &'static str,
    pub path: String,
    pub status: u16,
    pub bytes: u64,
    pub seconds: f64,
    pub cached: bool,
    pub steps: u32,
    pub queue: &'static str,
    /// Letters: a name that each request has for itself.
    pub worker: String,
    pub user: String,
    pub other_user: String,
    pub password: String,
    pub card: &'static str,
    pub other_card: &'static str,
    pub phone: String,
    pub iban: &'static str,
    pub ssn: &'static str,
    pub token: &'static str,
    pub address: String,
    /// About 1 KB of JSON, with nothing to mask.
    pub body: String,
    /// The same, with an e-mail address and a password.
    pub sensitive_body: String,
    pub error: Failure,
}

/// An error with two causes, as a client of a database gives it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    cause: Option<Box<Failure>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn Error + 'static))
    }
}

/// The same table each time.
pub fn requests() -> Vec<Request> {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    (0..REQUESTS).map(|_| Request::random(&mut random)).collect()
}

impl Request {
    fn random(random: &mut Random) -> Self {
        let user = random.mail();
        let password = format!("{}-{}-{}", random.pick(WORDS), random.pick(WORDS), random.below(100_000));
        let sensitive = format!(r#""email":"{user}","password":"{password}","#);
        let table = random.pick(THINGS);
        Self {
            id: random.below(1_000_000),
            method: random.pick(&["GET", "POST", "PUT", "PATCH", "DELETE"]),
            path: format!("/api/v{}/{}/{}", 1 + random.below(3), random.pick(THINGS), random.below(100_000)),
            status: random.pick(&[200, 201, 204, 301, 400, 404, 409, 500]),
            bytes: random.below(200_000),
            seconds: random.below(900_000) as f64 / 1e6,
            cached: random.below(2) == 0,
            steps: random.below(40) as u32,
            queue: random.pick(THINGS),
            worker: (0..9).map(|_| char::from(b'g' + random.below(14) as u8)).collect(),
            other_user: random.mail(),
            card: random.pick(CARDS),
            other_card: random.pick(CARDS),
            phone: format!("+1 202-555-{:04}", 100 + random.below(100)),
            iban: random.pick(IBANS),
            ssn: "123-45-6789",
            token: random.pick(TOKENS),
            address: format!("203.0.113.{}", random.below(256)),
            body: body(random, ""),
            sensitive_body: body(random, &sensitive),
            error: Failure::chain([
                format!("could not save {table} {}", random.below(100_000)),
                format!("statement {} was cancelled after {} ms", random.below(500), random.below(30_000)),
                format!("connection reset by peer (os error {})", 100 + random.below(30)),
            ]),
            user,
            password,
        }
    }
}

impl Failure {
    /// The first is the outermost.
    fn chain(messages: [String; 3]) -> Self {
        let mut cause = None;
        let [first, others @ ..] = messages;
        for message in others.into_iter().rev() {
            cause = Some(Box::new(Self { message, cause }));
        }
        Self { message: first, cause }
    }
}

/// An order of some items; `extra` are members of its customer.
fn body(random: &mut Random, extra: &str) -> String {
    let mut items = String::new();
    for item in 0..9 {
        let separator = if item == 0 { "" } else { "," };
        items += &format!(
            r#"{separator}{{"sku":"{}-{:05}","title":"{} {}","quantity":{},"price":{}.{:02},"gift":false}}"#,
            random.pick(THINGS),
            random.below(100_000),
            random.pick(WORDS),
            random.pick(THINGS),
            1 + random.below(9),
            random.below(500),
            random.below(100),
        );
    }
    format!(
        r#"{{"order":{},"state":"{}","customer":{{{extra}"group":"{}","visits":{}}},"items":[{items}],"total":{}.{:02},"express":true}}"#,
        random.below(1_000_000),
        random.pick(&["accepted", "packed", "shipped"]),
        random.pick(WORDS),
        random.below(500),
        random.below(5_000),
        random.below(100),
    )
}

/// Numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    fn mail(&mut self) -> String {
        format!("{}.{}{}@example.com", self.pick(WORDS), self.pick(WORDS), self.below(100))
    }
}

const WORDS: &[&str] = &[
    "amber", "birch", "cedar", "delta", "ember", "fable", "grove", "hazel", "ivory", "juniper", "kestrel", "linden",
    "maple", "north", "olive", "pebble", "quartz", "river", "stone", "tulip", "umber", "violet", "willow", "yarrow",
];

const THINGS: &[&str] = &[
    "orders",
    "invoices",
    "parcels",
    "catalogue",
    "reports",
    "sessions",
    "baskets",
    "reviews",
    "uploads",
    "stores",
    "refunds",
    "tickets",
    "batches",
    "exports",
    "images",
    "labels",
];

/// What providers of payments publish for tests.
const CARDS: &[&str] = &[
    "4242424242424242",
    "4111 1111 1111 1111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "4012-8888-8888-1881",
];

/// Examples of the IBAN registry.
const IBANS: &[&str] =
    &["GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300"];

/// Examples of documentation.
const TOKENS: &[&str] = &["ghp_16C7e42F292c6912E7710c838347Ae178B4a", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"];
