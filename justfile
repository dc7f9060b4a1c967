# Shortcuts for people who work on callout. Nothing needs them; CI runs .ci/run.

# What there is.
default:
    @just --list

# Everything that CI checks.
ci:
    .ci/run

# Fast answer while editing.
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

test *ARGS:
    cargo test {{ARGS}}

# The README's main job: an example on the sandbox.
demo:
    cargo run -q -- -C examples/one-dispatch validate
    cargo run -q -- -C examples/one-dispatch --sandbox plan
    cargo run -q -- -C examples/one-dispatch --sandbox apply --yes

# Writes the committed schemas from the types.
schema:
    UPDATE_SCHEMAS=1 cargo test -q --lib published

# Writes what broken manifests say now. Read the difference before you commit it.
expected:
    UPDATE_EXPECTED=1 cargo test --test manifests
    git diff --stat tests/manifests

# Writes what the commands say now. Read the difference before you commit it.
snapshots:
    INSTA_UPDATE=always cargo test --test cli
    git diff --stat tests/cli

# Licences, sources and banned crates of the dependencies.
deny:
    cargo deny check licenses bans sources

# Searches with one fuzz target, such as: just fuzz state 300
fuzz TARGET SECONDS="60":
    mkdir -p fuzz/search/{{TARGET}}
    cargo +nightly fuzz run --sanitizer none {{TARGET}} fuzz/search/{{TARGET}} fuzz/corpus/{{TARGET}} -- -max_total_time={{SECONDS}} -rss_limit_mb=1024

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

bench *ARGS:
    cargo bench {{ARGS}}
