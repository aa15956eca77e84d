# syntax=docker/dockerfile:1
# The gateway: Envoy, and what writes its configuration when it starts (sfa/door.py).
# docker build -f docker/gateway.Dockerfile .
ARG PYTHON_BASE=python:3.12-slim
# What builds may know more than what runs: of a mirror, say, or of its certificates.
ARG BUILD_BASE=${PYTHON_BASE}
FROM ${BUILD_BASE} AS build
WORKDIR /source
COPY . .
RUN python -m venv /app && /app/bin/pip install --no-cache-dir ".[gateway]"

FROM ${PYTHON_BASE}
LABEL org.opencontainers.image.title="sound-forge-alchemy/gateway" \
      org.opencontainers.image.description="The door of the mesh: Envoy, set up from the environment" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0"
COPY --from=build /app /app
USER 10001:10001
ENV PATH=/app/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1
EXPOSE 3000 8001
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9901/ready')"]
# Hot restart would need shared memory, and nothing here restarts without its container.
CMD ["sh", "-c", "python -m sfa.door --out /tmp/envoy.yaml && exec envoy -c /tmp/envoy.yaml --disable-hot-restart"]
