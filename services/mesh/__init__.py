"""What every service shares: server, settings, errors, jobs, events, blobs, audio."""
