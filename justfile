# What is here; `just --list` says the same.
[private]
default:
    @just --list

# Everything a change must pass: format, clippy, docs, tests, examples, benches once
check:
    .ci/run

# All tests
test *ARGS:
    cargo test --workspace --all-features {{ARGS}}

# What an event costs, beside others, and what it may cost; `just bench --quick` for a first look, `--ratios` for what has a limit
bench *ARGS:
    cargo bench --bench events -- {{ARGS}}

# What reading one text costs, by the size of the policy
texts *ARGS:
    cargo bench --bench texts -- {{ARGS}}

# Instructions of an event, compared with those that are kept; `just guard --write` keeps new ones. Needs valgrind
guard *ARGS:
    cargo bench --bench guard -- {{ARGS}}

# How fast `redact` masks, beside ripgrep that searches; FILE is repeated until it is that large
throughput FILE MEGABYTES='200' ROUNDS='5':
    benches/throughput.sh '{{FILE}}' {{MEGABYTES}} {{ROUNDS}}

# Linear time: texts of 1 KB, 100 KB and 10 MB that are made to be expensive; `just floods SQL` for some of them
floods *ARGS:
    cargo bench --bench floods -- {{ARGS}}

# One record, masked by this library and by peers from the registry; builds for minutes
peers:
    cargo run --release --locked --manifest-path benches/peers/Cargo.toml

# Writes docs/precedence.md anew, from the cases that its test checks
precedence:
    WRITE_EXPECTED=1 cargo test --test precedence

# The same events without and with the boundary, side by side
quickstart:
    cargo run --example quickstart

# Formats all code
fmt:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml
    cargo fmt --manifest-path benches/peers/Cargo.toml

# What the built-in policy finds, and what it masks without need, on a folder of labelled lines with their score.py
eval FOLDER='../shared/corpus':
    #!/usr/bin/env bash
    set -euo pipefail
    if [[ ! -f '{{FOLDER}}/score.py' ]]; then
        echo "Nothing measured: there is no {{FOLDER}}/score.py. Name another folder: just eval FOLDER"
        exit 0
    fi
    folder=$(cd '{{FOLDER}}' && pwd)
    cargo build --release --quiet -p tracing-privacy-cli
    redact=$(realpath "${CARGO_TARGET_DIR:-target}/release/tracing-privacy")
    # Neither the sample nor rules of whoever runs this: only what is built in.
    unset "${!TRACING_PRIVACY_@}"
    cd "$(mktemp -d)"
    score() {
        printf '\n==> %s %s\n' "$1" "$2"
        if [[ ! -f $folder/$2 ]]; then echo "skipped: it is not there"; return; fi
        python3 "$folder/score.py" "$1" "$folder/$2" -- "$redact" redact
    }
    score recall secrets_dev.jsonl
    score recall pii_dev.jsonl
    score harmless harmless_dev.txt

# One fuzz target (json, debug, forms, pairs, lines, rules) for so many seconds; needs `cargo install cargo-fuzz`
fuzz TARGET SECONDS='60':
    mkdir -p fuzz/corpus/{{TARGET}}
    cargo fuzz run --sanitizer none {{TARGET}} fuzz/corpus/{{TARGET}} tests/fuzz/seeds/{{TARGET}} -- -max_total_time={{SECONDS}} -max_len=4096

# The audit trail under load: 16 writers × 2,000 transactions, the service killed 100 times, the server 25 times, 20,000 faults
audit-stress:
    AUDIT_ROWS=2000 AUDIT_KILLS=100 AUDIT_SERVER_KILLS=25 AUDIT_SEEDS=20000 cargo test --release -p tracing-privacy-audit --all-features \
        --test concurrency --test crash --test faults -- --nocapture

# An audit trail of 1,000,000 records: reading, purging, verifying; and what a record costs, without and with waiting for the disk
audit-scale:
    AUDIT_SCALE=1000000 AUDIT_UPDATES=4500 cargo test --release -p tracing-privacy-audit --all-features --test scale \
        -- --nocapture --test-threads 1
    AUDIT_FSYNC=1 AUDIT_UPDATES=900 cargo test --release -p tracing-privacy-audit --all-features --test scale price \
        -- --nocapture --test-threads 1
