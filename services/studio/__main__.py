"""`python -m services.studio`: serves the built page until SIGTERM."""

import sys

from aiohttp import web

from services.mesh.logs import configure_logs, logger
from services.mesh.settings import CannotStart, read_settings
from services.studio.files import studio_app
from services.studio.settings import Settings


def main() -> None:
    """Reads the settings and serves.

    Raises:
        SystemExit: if the page is not built, or a setting is wrong.
    """
    try:
        settings = read_settings(Settings)
    except CannotStart as error:
        sys.exit(str(error))
    configure_logs(level=settings.log_level, form=settings.log_format, service="studio")
    logger(__name__).info("serving", port=settings.port, page=str(settings.page))
    web.run_app(
        studio_app(settings.page, settings.issuer), host=settings.host, port=settings.port, print=None, access_log=None
    )


if __name__ == "__main__":
    main()
