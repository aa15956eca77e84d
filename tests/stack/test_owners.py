"""What belongs to somebody else does not exist: every RPC that names something, on the real services, over three protocols."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import grpc
import grpc.aio
import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.json_format import MessageToDict, ParseDict

from services.mesh.access import ADMIN_METHODS
from services.mesh.contract import PUBLIC_SERVICES
from sfa.gateway import descriptor_file
from tests.stack.conftest import EXAMPLE, Shared

pytestmark = pytest.mark.stack

OF_NOBODY = {
    # The server's, the same for everybody; what changes it is for administrators (tests/door/test_identity.py).
    *("ListModels", "GetModel", "InstallModel", "RemoveModel"),
    *("GetInstallation", "ListInstallations", "WatchInstallation", "CancelInstallation"),
    # Without the names of what others have in hand (tests/rpc/test_devices.py).
    *("ListProviders", "ListDevices"),
    # Spotify's catalogue.
    *("SearchTracks", "ResolveLink", "spotify.GetTrack", "GetAlbum", "GetArtist", "GetPlaylist"),
}
OF_THE_CALLER = {
    # These name nothing: they make, list or tell what is the caller's own.
    *("UploadTrack", "ListTracks", "CreateDownload", "BatchCreateDownloads", "ListDownloads", "Subscribe"),
    *("BeginAuthorization", "CompleteAuthorization", "GetAuthorization", "RevokeAuthorization"),
}
# What a request needs besides the name, to be looked up at all.
BESIDES: dict[str, dict[str, Any]] = {
    "UpdateTrack": {"track": {"title": "Stolen"}, "updateMask": "title"},
    "StreamStem": {"stem": "vocals"},
    "ExportSeparation": {"format": "EXPORT_FORMAT_ZIP"},
    "ExportAnalysis": {"format": "EXPORT_FORMAT_JSON"},
}
# By name, for the RPC that REST does not have.
FIELDS = {"DownloadArtifact": ("name", "tracks/*/artifacts/*")}


@dataclass(frozen=True)
class Named:
    """An RPC whose request names something of an owner."""

    method: MethodDescriptor
    field: str
    pattern: str
    verb: str
    url: str

    @property
    def path(self) -> str:
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    def request(self, name: str) -> Any:
        values: dict[str, Any] = json.loads(json.dumps(BESIDES.get(self.method.name, {})))
        inner = values
        *outer, last = self.field.split(".")
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = name
        return ParseDict(values, message_factory.GetMessageClass(self.method.input_type)())


def sorted_rpcs() -> tuple[list[Named], list[str]]:
    """Every public RPC: those that name something of an owner, and the others."""
    contract = FileDescriptorSet.FromString(descriptor_file().read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in contract.file:
        pool.Add(file)
    named, others = [], []
    for file in contract.file:
        for service in file.service:
            full = f"{file.package}.{service.name}"
            for proto in service.method if full in PUBLIC_SERVICES else ():
                rule = proto.options.Extensions[annotations_pb2.http]
                verb = rule.WhichOneof("pattern") or ""
                url = getattr(rule, verb) if verb else ""
                match = re.search(r"\{([\w.]+)=((?:tracks|downloads)/[^}]*)\}", url)
                field, pattern = match.groups() if match else FIELDS.get(proto.name, ("", ""))
                if field:
                    method = pool.FindServiceByName(full).methods_by_name[proto.name]
                    named.append(Named(method, field, pattern, verb.upper(), url))
                else:
                    short = f"{file.package.split('.')[1]}.{proto.name}"
                    others.append(short if short in OF_NOBODY else proto.name)
    return named, others


NAMED, OTHERS = sorted_rpcs()


def test_every_rpc_has_an_owner_or_a_reason_for_none() -> None:
    assert set(OTHERS) == OF_NOBODY | OF_THE_CALLER


def test_what_changes_the_server_is_for_administrators() -> None:
    reads = ("Get", "List", "Watch", "Search", "Resolve")
    changing = {name for name in OF_NOBODY if not name.split(".")[-1].startswith(reads)}
    assert changing == {method.rpartition("/")[2] for method in ADMIN_METHODS}


@dataclass
class Hers:
    """What alice made, by the patterns of its names; and how to ask for it."""

    shared: Shared
    names: dict[str, str]
    media: list[str]
    http: aiohttp.ClientSession
    channel: grpc.aio.Channel

    def headers(self, user: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.shared.issuer.token(user=user)}"}

    async def grpc(self, rpc: Named, user: str) -> str:
        call: Any = self.channel.unary_stream(rpc.path)
        try:
            request = rpc.request(self.names[rpc.pattern]).SerializeToString()
            async for _ in call(request, metadata=tuple(self.headers(user).items()), timeout=20):
                return "OK"
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"

    async def web(self, rpc: Named, user: str) -> str:
        body = rpc.request(self.names[rpc.pattern]).SerializeToString()
        headers = {**self.headers(user), "content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
        framed = b"\0" + len(body).to_bytes(4, "big") + body
        async with self.http.post(f"{self.shared.url}{rpc.path}", data=framed, headers=headers) as reply:
            if status := reply.headers.get("grpc-status"):
                return grpc_name(int(status))
            first = await reply.content.read(1)
            if first == b"\0":
                return "OK"
            trailer = re.search(rb"grpc-status:\s*(\d+)", await reply.content.read(4096))
            return grpc_name(int(trailer[1])) if trailer else "OK"

    async def rest(self, rpc: Named, user: str, accept: str = "application/json") -> str:
        name = self.names[rpc.pattern]
        url = re.sub(r"\{[^}]*\}", name, rpc.url)
        request = MessageToDict(rpc.request(name))
        body = rpc.verb in {"POST", "PATCH"}
        query = None if body or rpc.method.name not in BESIDES else BESIDES[rpc.method.name]
        if rpc.method.name == "UpdateTrack":
            request, query = {"title": "Stolen"}, None
        elif body:
            request = BESIDES.get(rpc.method.name, {})
        headers = {**self.headers(user), "accept": accept}
        async with self.http.request(
            rpc.verb, f"{self.shared.url}{url}", json=request if body else None, params=query, headers=headers
        ) as reply:
            return str(reply.status)


def grpc_name(number: int) -> str:
    return next(code.name for code in grpc.StatusCode if code.value[0] == number)


@pytest.fixture(scope="module")
async def hers(shared: Shared) -> AsyncIterator[Hers]:
    async with (
        shared.connect("alice") as alice,
        aiohttp.ClientSession() as http,
        grpc.aio.insecure_channel(shared.url.removeprefix("http://")) as channel,
    ):
        track = await alice.library.upload(EXAMPLE)
        job = await alice.processing.separate(track.name, model="spleeter-2stems")
        job = await alice.processing.wait(job.name)
        names = {
            "tracks/*": track.name,
            "tracks/*/artifacts/*": track.original_artifact,
            "tracks/*/separations/*": job.name,
        }
        made = Hers(shared, names, [], http, channel)
        headers = made.headers("alice")
        async with http.post(f"{shared.url}/v1/{track.name}/analyses", json={}, headers=headers) as reply:
            names["tracks/*/analyses/*"] = (await reply.json())["analysis"]["name"]
        async with http.get(f"{shared.url}/v1/{names['tracks/*/analyses/*']}:watch", headers=headers) as reply:
            assert "JOB_STATE_SUCCEEDED" in await reply.text()
        body = {"link": "https://example.org/song.flac"}
        async with http.post(f"{shared.url}/v1/downloads", json=body, headers=headers) as reply:
            names["downloads/*"] = (await reply.json())["download"]["name"]
        for artifact in (track.original_artifact, job.stems[0].artifact):
            made.media.append((await alice.library.get_artifact(artifact)).media_uri)
        yield made


@pytest.mark.parametrize("rpc", NAMED, ids=lambda rpc: rpc.method.full_name)
async def test_what_is_anothers_is_not_found_by_any_rpc(hers: Hers, rpc: Named) -> None:
    if rpc.method.name in {"ListAnalyses", "ListSeparations"}:
        return  # they filter by a track, "-" for all; what bob has of hers is nothing, as below
    assert await hers.grpc(rpc, "bob") == "NOT_FOUND"
    assert await hers.web(rpc, "bob") == "NOT_FOUND"
    if rpc.url:
        assert await hers.rest(rpc, "bob") == "404"
        if rpc.method.server_streaming:
            assert await hers.rest(rpc, "bob", "text/event-stream") == "404"


READS = ("Get", "List", "Watch", "Download", "Stream", "Export")


@pytest.mark.parametrize(
    "rpc", [rpc for rpc in NAMED if rpc.method.name.startswith(READS)], ids=lambda rpc: rpc.method.full_name
)
async def test_its_owner_finds_it(hers: Hers, rpc: Named) -> None:
    """Else the test above could not fail."""
    assert await hers.grpc(rpc, "alice") != "NOT_FOUND"
    if rpc.url:
        assert await hers.rest(rpc, "alice") != "404"


@pytest.mark.parametrize(
    "path",
    ["tracks", "downloads", "tracks/-/analyses", "tracks/-/separations", "HERS/analyses", "HERS/separations"],
)
async def test_lists_show_what_is_ones_own(hers: Hers, path: str) -> None:
    path = path.replace("HERS", hers.names["tracks/*"])
    found = {}
    for user in ("alice", "bob"):
        async with hers.http.get(f"{hers.shared.url}/v1/{path}", headers=hers.headers(user)) as reply:
            answer = await reply.json()
            found[user] = next(value for value in answer.values() if isinstance(value, list))
    assert found["alice"]
    assert found["bob"] == []


async def test_events_are_of_their_owner(hers: Hers) -> None:
    # From the beginning of what is kept: nothing of alice's may come before bob's own first word.
    async with hers.http.get(f"{hers.shared.url}/v1/events:subscribe", headers=hers.headers("bob")) as reply:
        async with hers.http.patch(
            f"{hers.shared.url}/v1/{hers.names['tracks/*']}", json={"title": "Hers"}, headers=hers.headers("alice")
        ) as changed:
            assert changed.status == 200
        async with hers.shared.connect("bob") as bob:
            own = await bob.library.upload(EXAMPLE)
        async for line in reply.content:
            assert hers.names["tracks/*"] not in line.decode()
            if own.name in line.decode():
                return


async def test_media_addresses_are_of_their_owner_file_and_time(hers: Hers) -> None:
    for address in hers.media:
        async with hers.http.get(address) as reply:
            assert reply.status == 200
        other = next(other for other in hers.media if other != address)
        for forged in (
            address.replace("owner=alice", "owner=bob"),
            re.sub(r"expires=\d+", "expires=9999999999", address),
            re.sub(r"expires=\d+", "expires=1", address),
            address.split("?")[0],
            address.split("?")[0] + "?" + other.split("?")[1],
            address[:-1] + ("A" if address[-1] != "A" else "B"),
        ):
            if forged != address:
                async with hers.http.get(forged) as reply:
                    assert reply.status in {403, 404}, forged
