# Two stages: the first builds a virtual environment from hash-locked requirements, the second runs it as nobody special.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# EXTRAS: what only some installations need, by the names of requirements/*.txt (docker build --build-arg EXTRAS=litellm).
ARG EXTRAS=""
COPY requirements requirements
RUN python -m venv /opt/ecluse \
    && for each in serve $EXTRAS; do /opt/ecluse/bin/pip install --require-hashes -r requirements/$each.txt || exit 1; done
COPY pyproject.toml README.md ./
COPY adapters adapters
COPY policies policies
COPY observability observability
COPY gateway gateway
RUN /opt/ecluse/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# The folder of state is made here: a new volume takes its owner from the image, and what VOLUME makes itself is root's.
RUN groupadd --system --gid 10001 ecluse \
    && useradd --system --uid 10001 --gid ecluse --home-dir /var/lib/ecluse --create-home ecluse \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/ecluse/state
COPY --from=build /opt/ecluse /opt/ecluse
ENV PATH=/opt/ecluse/bin:$PATH PYTHONUNBUFFERED=1
# By number, so that a cluster can see that it isn't root.
USER 10001:10001
WORKDIR /var/lib/ecluse
# config.yaml, the bundle and the keyring are mounted here; state/ is a volume of its own.
VOLUME /var/lib/ecluse/state
EXPOSE 8080 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9464/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["ecluse"]
CMD ["serve", "--config", "/var/lib/ecluse/config.yaml"]
