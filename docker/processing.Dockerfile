# syntax=docker/dockerfile:1
# The separation worker, CPU profile: docker build -f docker/processing.Dockerfile .
FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN pip install --no-cache-dir build && python -m build --wheel --outdir /wheel

FROM python:3.12-slim
# Where to find CPU builds of torch; without it pip may choose a CUDA build of several gigabytes.
ARG TORCH_INDEX_URL=""
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
COPY constraints/cpu.txt /constraints.txt
RUN if [ -n "$TORCH_INDEX_URL" ]; then \
      pip install --no-cache-dir -c /constraints.txt --index-url "$TORCH_INDEX_URL" torch; \
    fi
COPY --from=build /wheel /wheel
RUN pip install --no-cache-dir -c /constraints.txt "$(ls /wheel/*.whl)[separation]" && rm -r /wheel
RUN useradd --uid 10001 --create-home alchemy && install -d -o alchemy /data
USER alchemy
ENV HOST=0.0.0.0 DATA_DIR=/data DEVICE=cpu PYTHONUNBUFFERED=1
VOLUME /data
CMD ["python", "-m", "services.processing.worker"]
