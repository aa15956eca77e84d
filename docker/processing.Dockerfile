# syntax=docker/dockerfile:1
# The separation worker: docker build -f docker/processing.Dockerfile --build-arg PROFILE=cpu .
# The profiles differ in their constraints of torch alone (constraints/PROFILE.txt); every base may be named by digest.
ARG PYTHON_BASE=python:3.12-slim
# What builds may know more than what runs: of a mirror, say, or of its certificates.
ARG BUILD_BASE=${PYTHON_BASE}
FROM ${BUILD_BASE} AS build
# cpu (amd64, arm64), cuda (NVIDIA) or rocm (AMD).
ARG PROFILE=cpu
# An index with builds of torch for the profile; empty = the one that the profile's constraints name, or PyPI.
ARG TORCH_INDEX_URL=""
WORKDIR /source
COPY . .
RUN python -m venv /app \
    && if [ -n "$TORCH_INDEX_URL" ]; then \
         /app/bin/pip install --no-cache-dir -c constraints/${PROFILE}.txt --index-url "$TORCH_INDEX_URL" torch; \
       fi \
    && /app/bin/pip install --no-cache-dir -c constraints/${PROFILE}.txt ".[separation,otel]" imageio-ffmpeg
# Weights are fetched by whoever wants them, or are part of the image if it is asked for: WITH_WEIGHTS=spleeter-2stems.
ARG WITH_WEIGHTS=""
RUN mkdir -p /models && for model in $WITH_WEIGHTS; do \
      /app/bin/python -m services.processing.install "$model" --models-dir /models; done

FROM ${PYTHON_BASE}
ARG PROFILE=cpu
LABEL org.opencontainers.image.title="sound-forge-alchemy/processing-worker" \
      org.opencontainers.image.description="Separates songs into stems; profile ${PROFILE}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
COPY --from=build /models /models
RUN useradd --uid 10001 --no-create-home --home-dir /tmp alchemy && install -d -o alchemy -g alchemy /data /data/models
USER 10001:10001
ENV PATH=/app/bin:$PATH HOME=/tmp HOST=0.0.0.0 DATA_DIR=/data HEALTH_PORT=3100 NUMBA_CACHE_DIR=/tmp PYTHONUNBUFFERED=1
VOLUME /data
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["python", "-m", "services.mesh.probe", "3100"]
CMD ["python", "-m", "services.processing.worker"]
