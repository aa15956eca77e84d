"""Lists come page by page."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol, TypeVar


class Page(Protocol):
    """One page of a list."""

    next_page_token: str


PageOf = TypeVar("PageOf", bound=Page)


async def pages(fetch: Callable[[str], Awaitable[PageOf]]) -> AsyncGenerator[PageOf]:
    """All pages of a list.

    Args:
        fetch: Fetches the page of a token; the first has none.
    """
    token = ""
    while True:
        page = await fetch(token)
        yield page
        token = page.next_page_token
        if not token:
            return
