"""The README's code is run, not believed."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from smooth_operator_server.agents.model import KnowledgeDocument
from smooth_operator_server.knowledge.memory import MemoryKnowledge
from smooth_operator_server.local import serve_local
from smooth_operator_server.models.offline import OfflineModel

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
QUICKSTART, BLOCKING, PROMPTS = BLOCKS

HELP = "I can help you with parcels. I can also help with returns."


async def printed(code):
    """What the block prints when its server is a real one."""
    knowledge = MemoryKnowledge.load(inline=[KnowledgeDocument("help.md", HELP)])
    async with serve_local(model=OfflineModel(), knowledge=knowledge) as server:
        code = code.replace("ws://127.0.0.1:8787", server.ws_url)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


async def test_the_quickstart_prints_the_answer_and_where_it_comes_from():
    output = await printed(QUICKSTART)
    assert "I can help you with parcels." in output
    assert "from help.md" in output


async def test_the_blocking_quickstart_prints_the_same_answer():
    assert "I can help you with parcels." in await printed(BLOCKING)


async def test_the_block_about_prompts_defines_what_it_says():
    names: dict[str, object] = {}
    exec(compile(PROMPTS, str(README), "exec"), names)
    assert asyncio.iscoroutinefunction(names["answer_prompts"])
