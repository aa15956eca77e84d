# syntax=docker/dockerfile:1
# A gRPC service: docker build -f docker/service.Dockerfile --build-arg SERVICE=library .
FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN pip install --no-cache-dir build && python -m build --wheel --outdir /wheel

FROM python:3.12-slim
# analysis, download, library, processing, realtime or spotify: the package's extra and the module that is run.
ARG SERVICE
# Decodes what is uploaded, measured or mixed, or takes the sound out of what a page plays.
RUN case "$SERVICE" in analysis|download|library|processing) \
      apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*;; \
    esac
COPY --from=build /wheel /wheel
RUN pip install --no-cache-dir "$(ls /wheel/*.whl)[${SERVICE},otel,postgres]" && rm -r /wheel
RUN useradd --uid 10001 --create-home alchemy && install -d -o alchemy /data
USER alchemy
ENV HOME=/tmp HOST=0.0.0.0 DATA_DIR=/data MPLCONFIGDIR=/tmp NUMBA_CACHE_DIR=/tmp SERVICE=${SERVICE} PYTHONUNBUFFERED=1
VOLUME /data
CMD ["sh", "-c", "exec python -m services.${SERVICE}"]
