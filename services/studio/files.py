"""The page's files: what never changes is kept by browsers for ever, and every other address shows the page itself."""

from pathlib import Path
from typing import Final

from aiohttp import web

_SECURITY: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FOREVER: Final = "public, max-age=31536000, immutable"


def _policy(issuer: str) -> str:
    """Scripts, styles and calls of this origin only, and of the one that signs people in.

    The stretcher in the audio engine is WebAssembly; covers that a search finds lie on other hosts; primitives place themselves
    by style attributes; signing out is a form.
    """
    elsewhere = f" {issuer}" if issuer else ""
    return (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob: https:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        f"connect-src 'self'{elsewhere}; form-action 'self'{elsewhere}; frame-ancestors 'none'"
    )


def studio_app(page: Path, issuer: str = "") -> web.Application:
    """Serves a built page.

    Args:
        issuer: the origin at which the page may sign people in; empty = none.
        page: the directory with index.html, and assets/, whose names contain the hash of their content. A file that has a
            compressed twin (`.br`, `.gz`) is sent as that to browsers that can read it.
    """
    public = {path.name: path for path in page.iterdir() if path.is_file() and path.suffix not in {".br", ".gz"}}

    async def show(request: web.Request) -> web.FileResponse:
        # An address of a view inside the page is the page: it reads the address itself.
        return web.FileResponse(public.get(request.match_info["name"], page / "index.html"))

    security = {"Content-Security-Policy": _policy(issuer), **_SECURITY}

    async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(security)
        lasting = request.path.startswith("/assets/") and response.status in {200, 206, 304}
        response.headers["Cache-Control"] = _FOREVER if lasting else "no-cache"

    app = web.Application()
    app.on_response_prepare.append(set_headers)
    app.router.add_static("/assets", page / "assets")
    app.router.add_get("/{name:.*}", show)
    return app
