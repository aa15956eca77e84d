import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh.errors import InvalidRequest, PageTokenInvalid
from services.mesh.pages import decode_token, encode_token, page_size

texts = st.lists(st.text(max_size=20), min_size=1, max_size=4)


@given(texts, texts)
def test_a_token_returns_its_position_for_its_own_query(query: list[str], position: list[str]) -> None:
    assert decode_token(encode_token(query, position), query) == position


@given(texts, texts, texts)
def test_a_token_of_another_query_is_refused(query: list[str], other: list[str], position: list[str]) -> None:
    if query != other:
        with pytest.raises(PageTokenInvalid):
            decode_token(encode_token(query, position), other)


@pytest.mark.parametrize(
    "token", ["x", "....", "bm90IGpzb24", base64.urlsafe_b64encode(b'{"a":1}').decode(), "W10", "WzFd", "é"]
)
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(PageTokenInvalid):
        decode_token(token, ["q"])


@pytest.mark.parametrize(("requested", "expected"), [(0, 50), (1, 1), (1000, 1000)])
def test_page_sizes(requested: int, expected: int) -> None:
    assert page_size(requested, default=50) == expected


@pytest.mark.parametrize("requested", [-1, 1001])
def test_page_sizes_out_of_bounds(requested: int) -> None:
    with pytest.raises(InvalidRequest) as caught:
        page_size(requested, default=50)
    assert caught.value.violations[0].field == "page_size"
