# syntax=docker/dockerfile:1
# One image for the service: built with the versions that are tested, run without privileges.

FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m pip install --no-cache-dir build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY optimizer optimizer
COPY forecasts forecasts
COPY sample_data sample_data
COPY api api
COPY benchmarks benchmarks
RUN python -m build --wheel --outdir /dist
RUN python -m venv /venv
RUN /venv/bin/python -m pip install --no-cache-dir --constraint constraints.txt /dist/*.whl

FROM python:3.11-slim
# LightGBM's threads.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --create-home --home-dir /home/callboard callboard
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/home/callboard/kernels
USER callboard
WORKDIR /home/callboard
# Compiled here once, so that a container answers within seconds of its start.
RUN python -c "from api.server import warm_up; warm_up()"
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["callboard", "serve", "--host", "0.0.0.0"]
