"""Stand-ins for far ends on the internet, so that `sfa up --sandbox`, and the tests, need none.

They answer as the real ones document it, and are spoken to by the same libraries.
"""
