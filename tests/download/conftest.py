"""Downloads as they are wired in production; the library too. Only what is far away is a stand-in."""

import pytest

from tests.conftest import free_port


@pytest.fixture
def unused_port() -> int:
    return free_port()
