"""The studio: the web page's files over HTTP. It speaks no gRPC; the page itself calls the mesh through the gateway."""
