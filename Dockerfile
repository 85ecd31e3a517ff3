# One image, a command per role: `carpool serve`, `carpool api`, `carpool matcher`, `carpool deliverer`.
# Build: docker build -t carpool .   Run: docker run --read-only -v carpool:/data --tmpfs /tmp -p 8000:8000 carpool
ARG PYTHON=3.13-slim
FROM python:${PYTHON} AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/carpool \
    && /opt/carpool/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY matching matching
COPY service service
COPY loadtests loadtests
RUN /opt/carpool/bin/pip install --no-cache-dir --no-deps .

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
