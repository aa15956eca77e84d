"""The whole mesh on one machine, without containers: `sfa up` and everything below it.

`plan` says which processes make a mesh, `supervisor` keeps them running, `state` tells others where they
listen.
"""
