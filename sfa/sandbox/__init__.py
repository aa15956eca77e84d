"""Stand-ins for far ends on the internet, so that `sfa up --sandbox`, and the tests, need none.

They answer as the real ones document it, and are spoken to by the same libraries.
"""

from typing import Final

CLIENT_ID: Final = "sandbox"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105 -- of the stand-in, not a secret
