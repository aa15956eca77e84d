# syntax=docker/dockerfile:1
# A gRPC service: docker build -f docker/service.Dockerfile --build-arg SERVICE=library .
# The base may be named by digest: --build-arg PYTHON_BASE=python:3.12-slim@sha256:...
ARG PYTHON_BASE=python:3.12-slim
# What builds may know more than what runs: of a mirror, say, or of its certificates.
ARG BUILD_BASE=${PYTHON_BASE}
FROM ${BUILD_BASE} AS build
# analysis, download, library, processing, realtime or spotify: the package's extra and the module that is run.
ARG SERVICE
# More of the package's extras: beats, for an analysis that is given BEAT_MODEL.
ARG EXTRAS=""
WORKDIR /source
COPY . .
# ffmpeg, as a wheel, for those that decode what is uploaded, measured or mixed, or take the sound out of what a page plays.
RUN case "$SERVICE" in analysis|download|library|processing) ffmpeg=imageio-ffmpeg;; *) ffmpeg=;; esac \
    && python -m venv /app \
    && /app/bin/pip install --no-cache-dir -c constraints/cpu.txt ".[${SERVICE},otel,postgres${EXTRAS:+,$EXTRAS}]" $ffmpeg

FROM ${PYTHON_BASE}
ARG SERVICE
# Where it answers; its workers, which are in the same image, answer at HEALTH_PORT.
ARG PORT=50051
LABEL org.opencontainers.image.title="sound-forge-alchemy/${SERVICE}" \
      org.opencontainers.image.description="The ${SERVICE} service of Sound Forge Alchemy" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
RUN useradd --uid 10001 --no-create-home --home-dir /tmp alchemy && install -d -o alchemy -g alchemy /data /data/models
USER 10001:10001
ENV PATH=/app/bin:$PATH HOME=/tmp HOST=0.0.0.0 DATA_DIR=/data MPLCONFIGDIR=/tmp NUMBA_CACHE_DIR=/tmp \
    SERVICE=${SERVICE} PORT=${PORT} PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE ${PORT}
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s \
  CMD ["sh", "-c", "exec python -m services.mesh.probe ${HEALTH_PORT:-$PORT}"]
CMD ["sh", "-c", "exec python -m services.${SERVICE}"]
