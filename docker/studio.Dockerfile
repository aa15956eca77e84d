# syntax=docker/dockerfile:1
# The web page and the server of its files: docker build -f docker/studio.Dockerfile .
FROM node:22-slim AS page
WORKDIR /source
COPY gen/ts gen/ts
COPY web/package.json web/package-lock.json web/
RUN cd web && npm ci --silent
COPY web web
RUN cd web && npm run --silent build

FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN pip install --no-cache-dir build && python -m build --wheel --outdir /wheel

FROM python:3.12-slim
COPY --from=build /wheel /wheel
RUN pip install --no-cache-dir "$(ls /wheel/*.whl)[studio]" && rm -r /wheel
COPY --from=page /source/web/dist /page
RUN useradd --uid 10001 --create-home alchemy
USER alchemy
ENV HOST=0.0.0.0 STUDIO_DIR=/page PYTHONUNBUFFERED=1
CMD ["python", "-m", "services.studio"]
