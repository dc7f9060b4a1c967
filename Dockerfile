# callout with what its CI recipes need beside it: git for --since, curl and jq for the code hosts' calls.
#   docker build --tag callout .
#   docker run --rm --volume "$PWD:/work" --user "$(id -u):$(id -g)" callout plan
FROM rust:1.89-bookworm AS build
WORKDIR /callout
COPY Cargo.toml Cargo.lock ./
COPY benches benches
COPY schemas schemas
COPY src src
RUN cargo build --release --locked --bin callout

FROM debian:bookworm-slim
# The folder that is mounted belongs to somebody else, and git reads it only if it is told to.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bash ca-certificates curl git jq \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --create-home --uid 10001 callout
COPY --from=build /callout/target/release/callout /usr/local/bin/callout
USER callout
WORKDIR /work
ENTRYPOINT ["callout"]
