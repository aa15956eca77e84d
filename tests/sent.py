"""A dispatcher that keeps what was sent, for a test to look at: no worker takes it."""

from dataclasses import dataclass, field


@dataclass
class Sent:
    """Messages of one queue; of any, if none is named."""

    queue: str = ""
    names: list[str] = field(default_factory=list)

    async def send(self, queue: str, name: str) -> None:
        assert queue == (self.queue or queue)
        self.names.append(name)

    async def pending(self, queue: str) -> set[str]:
        assert queue == (self.queue or queue)
        return set(self.names)
