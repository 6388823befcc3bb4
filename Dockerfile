# The full image has the C compiler that the compiled floor needs; the slim one, which is shipped, has none.
FROM python:3.12-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# Locks before sources: a change to the sources leaves these layers as they are. The environment has no pip of its
# own, since what is shipped installs nothing.
COPY deploy/build.lock deploy/requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r build.lock \
    && python -m venv --without-pip /opt/callfloor \
    && pip --python /opt/callfloor/bin/python install --require-hashes --only-binary :all: -r requirements.lock

COPY pyproject.toml setup.py README.md LICENSE ./
COPY join join
COPY src src
# An image without the compiled floor would work and be far slower, so it is not built at all.
RUN CALLFLOOR_REQUIRE_COMPILED=1 pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/callfloor/bin/python install --no-deps --no-index dist/*.whl

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="callfloor" \
      org.opencontainers.image.description="A power dialer and a call-centre simulator: the HTTP service" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/callfloor /opt/callfloor
# Bytecode was written when it was installed; the root file system may be read-only.
ENV PATH=/opt/callfloor/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

# A new named volume takes over this owner.
RUN install -d -o 10001 -g 10001 -m 0700 /data
# A number, since Kubernetes cannot tell from a name that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:5000/healthz', timeout=2)"]

ENTRYPOINT ["callfloor"]
CMD ["serve", "--host", "0.0.0.0", "--port", "5000", "--db", "/data/callfloor.db"]
