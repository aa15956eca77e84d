# syntax=docker/dockerfile:1
# The web page and the server of its files: docker build -f docker/studio.Dockerfile .
ARG PYTHON_BASE=python:3.12-slim
# What builds may know more than what runs: of a mirror, say, or of its certificates.
ARG BUILD_BASE=${PYTHON_BASE}
ARG NODE_BASE=node:22-slim
FROM ${NODE_BASE} AS page
WORKDIR /source
COPY gen/ts gen/ts
COPY web/package.json web/package-lock.json web/
RUN cd web && npm ci --silent
COPY web web
RUN cd web && npm run --silent build

FROM ${BUILD_BASE} AS build
WORKDIR /source
COPY . .
RUN python -m venv /app && /app/bin/pip install --no-cache-dir ".[studio]"

FROM ${PYTHON_BASE}
LABEL org.opencontainers.image.title="sound-forge-alchemy/studio" \
      org.opencontainers.image.description="The studio: the web page of Sound Forge Alchemy" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
COPY --from=page /source/web/dist /page
USER 10001:10001
ENV PATH=/app/bin:$PATH HOME=/tmp HOST=0.0.0.0 STUDIO_DIR=/page PYTHONUNBUFFERED=1
EXPOSE 3008
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3008/')"]
CMD ["python", "-m", "services.studio"]
