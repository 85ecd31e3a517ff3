# One image, a command per role: `carpool serve`, `carpool api`, `carpool matcher`, `carpool deliverer`.
# Build: docker build -t carpool .   Run: docker run --read-only -v carpool:/data --tmpfs /tmp -p 8000:8000 carpool
# All that pip fetches is named with its hash; `--build-arg PYTHON=3.13-slim@sha256:...` names the base so, too.
ARG PYTHON=3.13-slim
FROM python:${PYTHON} AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
# The service's environment has no pip of its own; what builds the package stays in this stage.
RUN python -m venv --without-pip /opt/carpool \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
    && /opt/build/bin/pip --python /opt/carpool/bin/python install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY matching matching
COPY service service
COPY loadtests loadtests
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
    && /opt/build/bin/pip --python /opt/carpool/bin/python install --no-cache-dir --no-deps /dist/*.whl

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /data carpool && install -d -o carpool -g carpool -m 700 /data
COPY --from=build /opt/carpool /opt/carpool
# The matcher's kernels are compiled at the first start, for the processor at hand, and kept in the volume.
ENV PATH=/opt/carpool/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    CARPOOL_DATA_DIR=/data CARPOOL_HOST=0.0.0.0 NUMBA_CACHE_DIR=/data/kernels
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["carpool", "serve"]
