"""The services of the mesh, one package each, and `mesh`, the kit that they share."""
