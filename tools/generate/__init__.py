"""Makes everything below gen/ from protos/. Run it with `make gen`; it needs no network."""
