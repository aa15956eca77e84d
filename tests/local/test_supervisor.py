"""The supervisor with small services of its own making: order, restarts, and nothing left behind."""

import asyncio
import errno
import io
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sfa.local import journal, lock, marks, ports, state
from sfa.local.datadir import DataDir
from sfa.local.keeper import Service, StartFailed
from sfa.local.supervisor import Supervisor

MARK = f"test-{os.getpid()}"


def script(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(text))


FOREVER = script("import time\nprint('hello', flush=True)\ntime.sleep(600)")
STUBBORN = script(
    """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("stubborn", flush=True)
    time.sleep(600)
    """
)


def exists(path: Path) -> Callable[[], asyncio.Future[bool]]:
    async def probe() -> bool:
        return await asyncio.to_thread(path.exists)

    return probe  # type: ignore[return-value]


async def at_once() -> bool:
    return True


async def never() -> bool:
    return False


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    data_dir = DataDir(tmp_path / "data")
    data_dir.create()
    made = Supervisor(data_dir, mark=MARK, target="http://127.0.0.1:1", ports={"envoy": 1}, redis_url="")
    yield made
    await made.stop()
    assert marks.marked(MARK) == []


async def start(supervisor: Supervisor, *stages: list[Service]) -> list[str]:
    ready: list[str] = []
    await supervisor.start(stages, console=None, on_ready=ready.append)
    return ready


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def test_a_stage_waits_for_the_one_before(supervisor: Supervisor, tmp_path: Path) -> None:
    flag, order = tmp_path / "flag", tmp_path / "order"
    first = script(f"""
        import pathlib, time
        time.sleep(0.3)
        pathlib.Path({str(order)!r}).open("a").write("first ")
        pathlib.Path({str(flag)!r}).touch()
        time.sleep(600)
    """)
    second = script(f"import pathlib, time\npathlib.Path({str(order)!r}).open('a').write('second')\ntime.sleep(600)")
    ready = await start(
        supervisor,
        [Service(name="one", argv=first, ready=exists(flag))],
        [Service(name="two", argv=second, ready=at_once)],
    )
    assert ready == ["one", "two"]
    await until(lambda: order.read_text() == "first second")


async def test_the_state_file_follows_the_processes(supervisor: Supervisor, tmp_path: Path) -> None:
    await start(supervisor, [Service(name="one", argv=FOREVER, ready=at_once)])
    seen = state.read(tmp_path / "data" / "mesh.json")
    assert seen is not None
    assert seen.ready
    assert seen.alive
    assert seen.pids == supervisor.pids
    await until(lambda: marks.marked(MARK) == list(supervisor.pids.values()))


async def test_what_dies_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    await start(supervisor, [Service(name="one", argv=FOREVER, ready=at_once)])
    before = supervisor.pids["one"]
    os.kill(before, signal.SIGKILL)
    await until(lambda: supervisor.pids.get("one") not in {None, before})
    log = tmp_path / "data" / "logs" / "one.log"
    await until(
        lambda: "hello" in log.read_text().rpartition("one ended (killed by SIGKILL); started again in 0.5 s")[2]
    )


async def test_what_cannot_start_says_why(supervisor: Supervisor) -> None:
    broken = script("import sys\nprint('REDIS_URL is wrong', file=sys.stderr)\nsys.exit(2)")
    with pytest.raises(StartFailed, match=r"(?s)one ended at once.*REDIS_URL is wrong"):
        await start(supervisor, [Service(name="one", argv=broken, ready=never)])


async def test_what_never_serves_is_given_up(supervisor: Supervisor) -> None:
    with pytest.raises(StartFailed, match=r"does not serve after 0 s"):
        await start(supervisor, [Service(name="one", argv=FOREVER, ready=never, ready_seconds=0.3)])


async def test_a_program_that_is_not_there_is_a_failed_start(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match=r"one"):
        await start(supervisor, [Service(name="one", argv=(str(tmp_path / "none"),), ready=never)])


async def test_the_deaf_are_killed_after_their_drain(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "data" / "logs" / "one.log"
    await start(supervisor, [Service(name="one", argv=STUBBORN, ready=at_once, drain_seconds=0.3)])
    await until(lambda: "stubborn" in log.read_text())
    started = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - started < 3
    assert "killed" in log.read_text()


async def test_stages_end_in_reverse(supervisor: Supervisor, tmp_path: Path) -> None:
    order = tmp_path / "order"

    def polite(name: str) -> Service:
        argv = script(f"""
            import pathlib, signal, sys, time
            def end(*_):
                pathlib.Path({str(order)!r}).open("a").write("{name} ")
                sys.exit()
            signal.signal(signal.SIGTERM, end)
            pathlib.Path({str(tmp_path / name)!r}).touch()
            time.sleep(600)
        """)
        return Service(name=name, argv=argv, ready=exists(tmp_path / name))

    await start(supervisor, [polite("store")], [polite("service")], [polite("door")])
    await supervisor.stop()
    assert order.read_text() == "door service store "


async def test_children_that_left_their_group_are_found_by_their_mark(supervisor: Supervisor, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    parent = script(f"""
        import pathlib, subprocess, sys, time
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        pathlib.Path({str(flag)!r}).touch()
        time.sleep(600)
    """)
    await start(supervisor, [Service(name="one", argv=parent, ready=exists(flag))])
    await until(lambda: len(marks.marked(MARK)) == 2)
    await supervisor.stop()
    assert marks.marked(MARK) == []


async def test_a_line_of_any_length_reaches_the_log(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "data" / "logs" / "one.log"
    long = script("import time\nprint('x' * 300_000, flush=True)\ntime.sleep(600)")
    await start(supervisor, [Service(name="one", argv=long, ready=at_once)])
    await until(lambda: len(log.read_text()) == 300_001)


async def test_what_cannot_be_executed_for_a_while_is_tried_again(supervisor: Supervisor, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    await start(supervisor, [Service(name="one", argv=(str(program),), ready=at_once)])
    first = supervisor.pids["one"]
    program.rename(tmp_path / "away")
    os.kill(first, signal.SIGKILL)
    await asyncio.sleep(1)
    (tmp_path / "away").rename(program)
    await until(lambda: supervisor.pids.get("one") not in {None, first})


async def test_a_full_disk_and_a_closed_terminal_do_not_stop_a_service(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.EIO, "the terminal is gone")

    log = journal.Journal("one", tmp_path, journal.Console(Gone()))
    log._file.close()
    log._file = Path("/dev/full").open("ab", buffering=0)  # noqa: SIM115 -- the journal closes it
    log.write(b"still here")
    log.close()
    assert log.tail == ["still here"]


def test_a_log_is_limited_to_two_generations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_MAX_BYTES", 1000)
    log = journal.Journal("one", tmp_path, None)
    for number in range(1000):
        log.write(f"line {number}".encode())
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.log", "one.log.1"]
    assert all(path.stat().st_size < 1100 for path in tmp_path.iterdir())
    assert log.tail[-1] == "line 999"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
async def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path) -> None:
    mark = f"{MARK}-orphans"
    program = textwrap.dedent(f"""
        import asyncio, sys
        from pathlib import Path
        from sfa.local.datadir import DataDir
        from sfa.local.keeper import Service
        from sfa.local.supervisor import Supervisor

        async def at_once():
            return True

        async def main():
            data_dir = DataDir(Path({str(tmp_path)!r}))
            data_dir.create()
            supervisor = Supervisor(data_dir, mark={mark!r}, target="", ports={{}}, redis_url="")
            services = [
                Service(name="polite", argv={FOREVER!r}, ready=at_once),
                Service(name="stubborn", argv={STUBBORN!r}, ready=at_once),
            ]
            await supervisor.start([services], console=None, on_ready=print)
            print("up", flush=True)
            await asyncio.sleep(600)

        asyncio.run(main())
    """)
    victim = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    lines = iter(victim.stdout.readline, "up\n")
    await asyncio.to_thread(lambda: list(lines))
    await until(lambda: "stubborn" in (tmp_path / "logs" / "stubborn.log").read_text())
    victim.kill()
    victim.wait()
    victim.stdout.close()
    await until(lambda: len(marks.marked(mark)) == 1)  # the polite one is gone by itself
    left = state.read(tmp_path / "mesh.json")
    assert left is not None
    assert not left.alive
    assert len(marks.end_marked(left.mark)) == 1
    assert marks.marked(mark) == []


def test_one_mesh_per_data_directory(tmp_path: Path) -> None:
    path = tmp_path / "mesh.lock"
    assert not lock.is_held(path)
    with lock.held(path):
        assert lock.is_held(path)
        with pytest.raises(lock.DataDirInUse), lock.held(path):
            pass
    assert not lock.is_held(path)


def test_taken_ports_are_named_or_avoided() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        wanted = {"envoy": taken, "library": taken + 1}
        with pytest.raises(ports.PortTaken, match=rf"{taken} \(envoy\)"):
            ports.choose(wanted, ports.PortMode.FIXED)
        chosen = ports.choose(wanted, ports.PortMode.AUTO)
    assert chosen["envoy"] > taken + 1
    assert len(set(chosen.values())) == 2


def test_any_ports_are_free_and_different() -> None:
    chosen = ports.choose(ports.DEFAULTS, ports.PortMode.ANY)
    assert chosen.keys() == ports.DEFAULTS.keys()
    assert len(set(chosen.values())) == len(chosen)
    assert all(ports.is_free(port) for port in chosen.values())
