"""What the analysis service talks to: the library, Valkey, blobs, the processes that compute and draw."""
