#!/usr/bin/env bash
# How fast `redact` masks, beside how fast ripgrep merely looks for a dozen patterns in the same text.
#
#     just throughput FILE [MEGABYTES] [ROUNDS]
#
# FILE is repeated until it is that large. All take turns in each round, and write to nowhere. Medians are shown: by the clock,
# and by the processor time used, which other programs disturb less.
set -euo pipefail
if (($# < 1)); then
    echo "usage: just throughput FILE [MEGABYTES] [ROUNDS]" >&2
    exit 2
fi
file=$(realpath "$1") megabytes=${2:-200} rounds=${3:-5}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v rg >/dev/null; then
    echo "Nothing measured: ripgrep is not installed (on Debian: apt-get install ripgrep)." >&2
    exit 1
fi
if [[ ! -s $file ]]; then
    echo "Nothing measured: $file is empty or not there." >&2
    exit 1
fi
cargo build --release --quiet -p tracing-privacy-cli
redact=$(realpath "${CARGO_TARGET_DIR:-target}/release/tracing-privacy")
# Only what is built in.
unset "${!TRACING_PRIVACY_@}"

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
# As often as it takes, in steps that double.
cp "$file" text
while (($(stat -c %s text) < megabytes * 1000000)); do
    cat text text >twice
    mv twice text
done
size=$(stat -c %s text)

# What a service's owner would look for.
patterns=(
    '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}'
    '\b[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b'
    '\b\d{3}-\d{2}-\d{4}\b'
    '\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b'
    '\b(?:AKIA|ASIA)[0-9A-Z]{16}\b'
    '\bgh[pousr]_[0-9A-Za-z]{36}\b'
    '\bxox[abprs]-[0-9A-Za-z-]{10,}'
    '\bsk_live_[0-9A-Za-z]{24}'
    '\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+'
    '-----BEGIN [A-Z ]*PRIVATE KEY-----'
    'password=[^ ]+'
    'Bearer [A-Za-z0-9._~+/-]+'
)
search() {
    # That nothing is found is no failure.
    rg -j1 -c "${patterns[@]/#/--regexp=}" text >/dev/null || (($? == 1))
}
one() { "$redact" redact --jobs 1 text >/dev/null; }
two() { "$redact" redact --jobs 2 text >/dev/null; }

TIMEFORMAT='%R %U %S'
cat text >/dev/null
for ((round = 0; round < rounds; round++)); do
    for contender in search one two; do
        { time $contender; } 2>>"$contender.times"
    done
done

# median NAME COLUMNS: the middle one of the rounds, of the sum of these columns.
median() {
    awk -v columns="$2" '{ split(columns, c, ","); sum = 0; for (i in c) sum += $c[i]; print sum }' "$1.times" |
        sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}
# ratio A B LIMIT RELATION: A / B, and whether it is what it should be.
ratio() {
    awk -v a="$1" -v b="$2" -v limit="$3" -v relation="$4" 'BEGIN {
        r = a / b; met = relation == "most" ? r <= limit : r >= limit
        printf "%.2f (at %s %.1f: %s)", r, relation, limit, met ? "met" : "MISSED"
    }'
}
printf '%s, %d MB, %d rounds, %s\n' "$(basename "$file")" "$((size / 1000000))" "$rounds" "$(rg --version | head -n 1)"
printf '%-36s %10s %10s %18s\n' '' 'seconds' 'MB/s' 'processor seconds'
for row in "search:rg -j1 -c, ${#patterns[@]} patterns" 'one:redact, one thread' 'two:redact, two threads'; do
    name=${row%%:*}
    clock=$(median "$name" 1)
    printf '%-36s %10.2f %10.0f %18.2f\n' "${row#*:}" "$clock" \
        "$(awk -v s="$size" -v t="$clock" 'BEGIN { print s / t / 1e6 }')" "$(median "$name" 2,3)"
done
echo "redact, one thread / rg, by the clock:      $(ratio "$(median one 1)" "$(median search 1)" 2.0 most)"
echo "redact, one thread / rg, by processor time: $(ratio "$(median one 2,3)" "$(median search 2,3)" 2.0 most)"
echo "redact, two threads, times one, by the clock: $(ratio "$(median one 1)" "$(median two 1)" 1.8 least)"
echo "What the clock says is worth something only where nothing else runs."
