"""The registry of errors."""

import pytest
from grpc import StatusCode

from services.mesh import errors
from services.mesh.errors import MeshError, class_of
from services.mesh.remote import Remote


def test_every_class_is_found_by_its_reason() -> None:
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, MeshError)]
    assert len(classes) > 40
    assert all(class_of(one.reason) is one for one in classes if one is not MeshError)


def test_a_class_whose_instances_know_their_reason_stands_for_none() -> None:
    assert issubclass(Remote, MeshError)
    assert class_of("") is None
    assert class_of("NO_SUCH_REASON") is None


def test_two_classes_cannot_have_one_reason() -> None:
    with pytest.raises(TypeError, match="TooLong"):
        type("Second", (MeshError,), {"code": StatusCode.INVALID_ARGUMENT, "reason": "TOO_LONG"})
    assert class_of("TOO_LONG") is errors.TooLong
