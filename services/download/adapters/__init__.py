"""What the download service touches: the network, other programs, other services."""
