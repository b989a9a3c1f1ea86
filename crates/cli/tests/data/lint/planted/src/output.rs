//! Output that no boundary sees.

use crate::model::User;

pub fn output(user: &User, password: &str, api_key: Option<&str>) {
    println!("with {password}"); //~ sensitive_output 21
    print!("{}", user.email); //~ sensitive_output 18
    eprintln!("{user:?}"); //~ sensitive_output 17
    eprint!("{key}", key = api_key.unwrap_or_default()); //~ sensitive_output 28
    dbg!(password); //~ sensitive_output 10
    let user = dbg!(user); //~ sensitive_output 21
    std::println!("{}", std::env::var("DB_PASSWORD").unwrap()); //~ sensitive_output 25
    drop(user);
}

pub fn panics(user: &User, password: &str) {
    if password.len() > 80 {
        panic!("{password} is too long"); //~ sensitive_panic 18
    }
    assert!(!password.is_empty(), "no password for {}", user.email); //~ sensitive_panic 57
    assert_eq!(password, "x", "not the one"); //~ sensitive_panic 16
    let number: Result<u8, _> = password.parse();
    number.expect(&format!("{password} is no number")); //~ sensitive_panic 30
    match user.id {
        0 => unreachable!("{user:?}"), //~ sensitive_panic 29
        1 => todo!("{}", user.email), //~ sensitive_panic 26
        _ => {}
    }
}
