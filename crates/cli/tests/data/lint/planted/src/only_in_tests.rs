fn of_a_test(email: &str) {
    println!("{email}");
}
