"""What `sfa doctor` looks at. Each module examines one thing and returns findings; none changes anything."""

import asyncio
from collections.abc import AsyncIterator

from sfa.local.checks import disk, models, network, programs, running, torch
from sfa.local.checks.finding import Finding as Finding
from sfa.local.checks.finding import Level as Level
from sfa.local.datadir import DataDir


async def examine(data_dir: DataDir) -> AsyncIterator[Finding]:
    """All findings, in the order of a reader's questions; they are gathered side by side."""
    examinations = [
        asyncio.create_task(examination)
        for examination in (
            torch.examine(),
            programs.examine(data_dir),
            network.examine(data_dir),
            disk.examine(data_dir),
            models.examine(data_dir),
            running.examine(data_dir),
        )
    ]
    for examination in examinations:
        for finding in await examination:
            yield finding
