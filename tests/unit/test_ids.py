import uuid

from services.mesh.ids import is_id, new_id


def test_ids_are_version_7_lower_case_and_distinct() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(uuid.UUID(text).version == 7 and uuid.UUID(text).variant == uuid.RFC_4122 for text in ids)
    assert all(is_id(text) and text == text.lower() for text in ids)


def test_a_later_millisecond_sorts_later() -> None:
    first = new_id()
    second = new_id()
    while second[:13] == first[:13]:
        second = new_id()
    assert second > first


def test_what_is_no_id() -> None:
    assert not any(is_id(text) for text in ("", "../../etc/passwd", new_id().upper(), new_id() + "0", "é" * 36))
