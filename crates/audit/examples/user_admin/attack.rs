//! The attack: someone in support makes a friend an administrator, who takes the payroll; then all looks as before. The trail
//! tells what happened.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;
use crate::service::Sessions;

/// Someone with a browser.
pub struct Client<'c> {
    pub address: SocketAddr,
    pub sessions: &'c Sessions,
}

impl Client<'_> {
    /// Sends a request in the session of a user; answers status and body.
    async fn send(&self, user: &str, method: &str, path: &str, body: &str) -> Outcome<(u16, String)> {
        let mut stream = TcpStream::connect(self.address).await?;
        let session = self.sessions.of(user);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {session}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        Ok((status, body.to_owned()))
    }

    /// Sends a request; fails if the answer has another status.
    pub async fn expect(&self, user: &str, method: &str, path: &str, body: &str, expected: u16) -> Outcome<String> {
        let (status, answer) = self.send(user, method, path, body).await?;
        println!("{user:>8} {method} {path} {body} → {status}");
        if status == expected { Ok(answer) } else { Err(format!("the answer is {status} and not {expected}").into()) }
    }

    async fn ask(&self, path: &str) -> Outcome<Value> {
        Ok(serde_json::from_str(&self.expect("auditor", "GET", path, "", 200).await?)?)
    }
}

pub async fn run(address: SocketAddr, sessions: &Sessions) -> Outcome {
    let client = Client { address, sessions };
    println!("The attack:");
    client.expect("42", "GET", "/payroll", "", 403).await?;
    client.expect("42", "PATCH", "/users/42", r#"{"role":"admin"}"#, 403).await?;
    let refused = client.expect("7", "PATCH", "/users/42", r#"{"password_hash":"mine","id":"1"}"#, 422).await?;
    check(refused.contains("/id, /password_hash") && !refused.contains("mine"), "fields are refused by name")?;
    client.expect("7", "PATCH", "/users/42", r#"{"role":"admin"}"#, 204).await?;
    client.expect("42", "GET", "/payroll", "", 200).await?;
    client.expect("7", "PATCH", "/users/42", r#"{"role":"member"}"#, 204).await?;
    client.expect("7", "PATCH", "/users/42", r#"{"name":"Joanna <Doe>","email":"joanna@example.com"}"#, 204).await?;
    client.expect("42", "GET", "/user/42/audit", "", 403).await?;

    println!("\nWhat the trail tells:");
    let history = client.ask("/user/42/audit?action=update").await?;
    check(history["records"].as_array().is_some_and(|records| records.len() == 3), "three changes are on record")?;
    let reverted = client.ask("/reverted").await?;
    let reversal = &reverted["reversals"][0];
    let story = format!(
        "{} of {} {}: {} → {} by {} {}, back to {} by {} {}",
        reversal["path"],
        reversal["entity_type"],
        reversal["entity_id"],
        reversal["value"],
        reversal["between"],
        reversal["done"]["actor"]["type"],
        reversal["done"]["actor"]["id"],
        reversal["value"],
        reversal["undone"]["actor"]["type"],
        reversal["undone"]["actor"]["id"],
    );
    println!("         {story}");
    check(reversal["between"] == "admin" && reversal["done"]["actor"]["id"] == "7", "the elevation stands out")?;
    let holdings = client.ask("/admins/42?role=admin").await?;
    check(holdings[0]["given"]["actor"]["id"] == "7", "it is known who granted the role")?;

    let page = client.expect("auditor", "GET", "/users/42/history", "", 200).await?;
    check(page.contains("<del><bdi>member</bdi></del> <ins><bdi>admin</bdi></ins>"), "the page shows the elevation")?;
    check(
        page.contains("undone later") && page.contains("undoes an earlier change"),
        "the page marks what was undone",
    )?;
    check(page.contains("Joanna &lt;Doe&gt;") && !page.contains("<Doe>"), "values are no HTML")?;
    check(
        !page.contains("joanna@example.com") && page.contains("***@example.com"),
        "the policy holds on the page, too",
    )?;
    client.expect("42", "GET", "/users/42/history", "", 403).await.map(drop)
}

fn check(holds: bool, what: &str) -> Outcome {
    if holds { Ok(()) } else { Err(format!("it does not hold that {what}").into()) }
}
