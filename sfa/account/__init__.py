"""Signing in to a mesh that asks for it: getting tokens, keeping them, renewing them."""
