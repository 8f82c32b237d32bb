# syntax=docker/dockerfile:1
# One image for everything: serve, runner, pools, and the scheduler and workers of a cluster.
# Built with the versions that are tested, run without privileges.

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
RUN /venv/bin/python -m pip install --no-cache-dir --constraint constraints.txt \
    "$(echo /dist/*.whl)[cluster,postgres]"

FROM python:3.11-slim
# LightGBM's threads.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
# A number that is known: who mounts a folder of the host can give it to the user.
RUN useradd --uid 10001 --create-home --home-dir /home/callboard callboard \
    && install --directory --owner=callboard --group=callboard /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/home/callboard/kernels
USER callboard
# The default database is a file of the working directory.
WORKDIR /data
# Compiled here once, so that a container answers within seconds of its start.
RUN python -c "from api.server import warm_up; warm_up()"
VOLUME /data
EXPOSE 8080
# Of `callboard serve`; compose.yaml has those of the other commands.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["callboard", "serve", "--host", "0.0.0.0"]
