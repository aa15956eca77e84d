"""What the documents link to is there."""

import re
from pathlib import Path

import pytest

from tools.generate.toolchain import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"```.*?```", re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(_prose(document)) if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in links if not _leads(document, link)] == []


def test_every_picture_is_shown() -> None:
    shown = {(document.parent / link).resolve() for document in DOCUMENTS for link in LINK.findall(_prose(document))}
    assert [str(path) for path in (ROOT / "docs" / "images").rglob("*.*") if path.resolve() not in shown] == []


def _prose(document: Path) -> str:
    return FENCED.sub("", document.read_text(encoding="utf-8"))


def _leads(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", _prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
