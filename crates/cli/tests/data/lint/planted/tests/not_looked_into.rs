fn f(email: &str) {
    println!("{email}");
}
