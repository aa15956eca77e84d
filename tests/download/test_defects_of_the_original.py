"""What went wrong with links and downloads in the original, and the tests that show that it cannot happen here.

The original is the first microservices version and its successor in Elixir; their defects are told in issues and read in code.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from services.download.adapters import spotdl
from services.download.domain import file_name
from services.mesh.audio.ffmpeg import ffmpeg_path
from sfa.sandbox import catalogue
from sfa.sandbox.media import MediaSandbox
from sfa.sandbox.spotify import SpotifySandbox

DEFECTS: dict[str, list[str]] = {
    "A pasted link is put into a shell's command line, behind an expression that matches anywhere in it": [
        "tests.download.test_links:test_what_is_no_link_is_refused",
        "tests.spotify.test_links:test_no_text_gets_further_than_a_kind_and_an_id",
        "tests.spotify.test_links:test_nothing_can_follow_an_id",
        "tests.download.test_defects_of_the_original:test_nothing_in_a_song_reaches_a_shell_or_an_option",
    ],
    "A client names a file of the server as the input of a job": [
        "tests.download.test_service:test_links_that_cannot_be_are_refused_at_once",
        "tests.download.test_forbidden_addresses:test_no_redirect_changes_the_kind_of_link",
    ],
    "An id that nobody looks at becomes part of a path": [
        "tests.download.test_direct:test_the_name_that_the_server_gives_has_no_folders",
        "tests.download.test_defects_of_the_original:test_no_title_names_a_folder",
        "tests.spotify.test_service:test_a_malformed_name_is_not_asked_for",
    ],
    "spotdl is called with operations and options that it does not have, so that nothing is ever fetched": [
        "tests.download.test_spotdl:test_a_song_is_found_by_its_words_and_the_match_is_told",
        "tests.stack.test_playlist:test_a_playlist_becomes_tracks_and_twice_is_once",
    ],
    "The gateway reads the body of a request before it passes it on": [
        "tests.stack.test_playlist:test_a_pasted_track_needs_no_more_than_its_link",
    ],
    "Any client can follow any job": [
        "tests.download.test_service:test_the_same_source_is_fetched_once",
        "tests.spotify.test_accounts:test_a_private_playlist_is_shown_to_whose_it_is_and_to_nobody_else",
    ],
    "No queue, no limit, no cancel, no retry, no timeout; a failure ends the process": [
        "tests.jobs.test_store:test_queue_positions_follow_the_queue",
        "tests.download.test_service:test_a_cancelled_download_leaves_nothing",
        "tests.download.test_service:test_a_file_that_the_library_refuses_says_why",
        "tests.download.test_page:test_a_run_may_not_take_for_ever",
        "tests.download.test_direct:test_a_transfer_may_not_take_for_ever",
        "tests.download.test_spotdl:test_a_search_may_not_take_for_ever_and_leaves_no_program",
        "tests.download.test_service:test_a_killed_run_of_ytdlp_is_tried_again",
    ],
    "A live job vanishes when memory runs low, or with the process": [
        "tests.download.test_service:test_a_killed_worker_is_followed_by_one_that_completes",
        "tests.local.test_infrastructure:test_valkey_is_configured_as_the_doctor_wants_it",
    ],
    "The latest job is the last of an unordered set": [
        "tests.jobs.test_store:test_pages_are_newest_first_and_complete"
    ],
    "Of a playlist or album one page is read": [
        "tests.spotify.test_service:test_a_playlist_of_230_tracks_arrives_whole_and_page_by_page",
        "tests.spotify.test_service:test_a_long_album_is_read_to_its_end",
    ],
    "A place in a playlist without a track ends the reading": [
        "tests.spotify.test_service:test_what_is_no_track_keeps_its_place",
        "tests.spotify.test_reading:test_no_answer_breaks_the_reading",
    ],
    "Spotify answers 403 or 429, and a thread sleeps for a day": [
        "tests.spotify.test_service:test_a_pause_is_told_to_everyone_at_once_from_then_on",
        "tests.spotify.test_service:test_a_refusal_names_spotifys_words",
        "tests.download.test_defects_of_the_original:test_spotdl_makes_no_client_of_spotify",
    ],
    "Items of a playlist are asked for at an address that Spotify has withdrawn": [
        "tests.spotify.test_reading:test_both_forms_of_a_playlist_and_all_kinds_of_entries",
    ],
    "spotdl and yt-dlp want versions that exclude each other": [
        "tests.download.test_defects_of_the_original:test_spotdl_sees_nothing_of_our_packages",
    ],
    "A job of somebody without an account can be read by all": [
        "tests.rpc.test_processing:test_a_call_without_identity_is_refused",
    ],
    "The end of a job is documented, and never told": [
        "tests.download.test_service:test_a_link_becomes_a_track",
        "tests.jobs.test_worker:test_a_result_that_is_durable_beats_a_late_cancel",
    ],
    "Two users cannot have the same song": ["tests.download.test_service:test_the_same_source_is_fetched_once"],
    "A download is always separated, wanted or not": [
        "tests.download.test_then:test_nothing_follows_unless_it_is_asked_for"
    ],
    "Partial files stay": [
        "tests.download.test_service:test_a_cancelled_download_leaves_nothing",
        "tests.download.test_page:test_a_cancelled_run_leaves_no_process",
    ],
    "A late message overwrites the end of a job": [
        "tests.jobs.test_worker:test_a_message_that_comes_twice_changes_nothing"
    ],
    "What a tool prints is lost in its buffer, or breaks the reading of its result": [
        "tests.download.test_defects_of_the_original:test_what_libraries_print_does_not_break_an_answer",
    ],
}

CHILD = Path(spotdl.__file__).with_name("spotdl_child.py")
HOSTILE = ['"; touch mark; "', "$(touch mark)", "`touch mark`", "--exec=touch mark", "-o mark", "../../mark", "a\nb\0c"]


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_has_its_tests(defect: str) -> None:
    for name in DEFECTS[defect]:
        module, _, function = name.partition(":")
        assert callable(getattr(import_module(module), function, None)), name


@pytest.mark.parametrize("title", [*HOSTILE, "..", "C:\\x", "a/b", "\u202emp3.exe", "x" * 999])
def test_no_title_names_a_folder(title: str, tmp_path: Path) -> None:
    name = file_name(title, ".wav")
    assert (tmp_path / name).parent == tmp_path
    assert Path(name).name == name
    (tmp_path / name).touch()


_LOADED = f"""
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("child", {str(CHILD)!r})
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
"""


async def _said(python: Path, tmp_path: Path, *arguments: str, requests: Sequence[object] = ()) -> list[Any]:
    """What a program prints, as JSON lines, when spotdl's interpreter runs it as the worker does."""
    process = await asyncio.create_subprocess_exec(
        *(str(python), "-I", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    data = "".join(json.dumps(request) + "\n" for request in requests).encode()
    output, _ = await asyncio.wait_for(process.communicate(data), 60)
    return [json.loads(line) for line in output.splitlines()]


def _request(address: str, title: str) -> dict[str, object]:
    song = {"title": title, "artists": [title], "album": title, "isrc": "", "seconds": 3, "uri": "spotify:track:x"}
    return {"song": song, "sources": [f"{address}/search"], "proxy": "", "cookies": "", "ffmpeg": ffmpeg_path()}


async def test_nothing_in_a_song_reaches_a_shell_or_an_option(spotdl_python: Path, tmp_path: Path) -> None:
    media = MediaSandbox()
    async with SpotifySandbox().serving(0, media) as address:
        requests = [_request(address, title) for title in HOSTILE]
        answers = await _said(spotdl_python, tmp_path, str(CHILD), requests=requests)
    assert [answer["searched"] for answer in answers] == [True] * len(HOSTILE)
    assert len(media.searches) == len(HOSTILE)
    assert list(tmp_path.rglob("mark*")) == []


async def test_spotdl_makes_no_client_of_spotify(spotdl_python: Path, tmp_path: Path) -> None:
    """It has one for each process, of Spotify's private API, that waits for a day if it is told to."""
    look = """
answer = child.Searcher().answer(json.loads(sys.stdin.readline()))
from spotdl.utils.spotify import SpotifyClient
print(json.dumps([answer["done"]["title"], SpotifyClient._instance is None]))
"""
    async with SpotifySandbox().serving(0, MediaSandbox()) as address:
        track = catalogue.TRACKS[3]
        request = _request(address, track["name"])
        request["song"] = {**request["song"], "artists": [track["artists"][0]["name"]]}  # type: ignore[dict-item]
        (said,) = await _said(spotdl_python, tmp_path, "-c", _LOADED + look, requests=[request])
    assert said == [track["name"], True]


async def test_spotdl_sees_nothing_of_our_packages(spotdl_python: Path, tmp_path: Path) -> None:
    look = """
import importlib.util, json
print(json.dumps([name for name in ("services", "sfa", "alchemy", "grpc") if importlib.util.find_spec(name)]))
"""
    assert await _said(spotdl_python, tmp_path, "-c", look) == [[]]


async def test_what_libraries_print_does_not_break_an_answer(spotdl_python: Path, tmp_path: Path) -> None:
    noise = """
def answer(self, request):
    print("Progress: 5%", end="")
    sys.stdout.flush()
    return {"done": request}
child.Searcher.answer = answer
child.main()
"""
    assert await _said(spotdl_python, tmp_path, "-c", _LOADED + noise, requests=["x", "y"]) == [
        {"done": "x"},
        {"done": "y"},
    ]
