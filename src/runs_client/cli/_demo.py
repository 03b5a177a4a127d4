"""`runs-client demo`: the embedded server, and each thing that one does with a run."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import typer

from ._output import is_terminal, write_json
from ._serve import embedded_server


def demo() -> None:
    """Start the embedded server and run agents on it.

    Needs the extra `testing`.
    """
    from . import _signals

    _signals.run(lambda: tell(Words() if is_terminal() else _write_line))


class Words:
    """Prints the demo for people."""

    def __init__(self) -> None:
        self._step = ""

    def __call__(self, step: str, text: str) -> None:
        if step != self._step:
            typer.echo(f"\n{step}:")
            self._step = step
        typer.echo(f"  {text}")


def _write_line(step: str, text: str) -> None:
    write_json({"step": step, "text": text})


async def tell(say: Callable[[str, str], None]) -> None:
    """Do it all.

    Args:
        say: Takes what is being done, and what came of it.
    """
    from .. import RunFailedError, RunsClient

    async with embedded_server() as server, RunsClient(server.url) as runs:
        say("serve", f"the embedded server listens on {server.url}")
        thread_id = uuid4()

        run = await runs.create(thread_id, "echo", input={"text": "hello"}, if_not_exists="create")
        say("create, then join", f"run {run.run_id} is {run.status}")
        say("create, then join", f"its final state: {await runs.join(thread_id, run.run_id)}")

        ticks = {"n": 3, "delay": 0.1}
        async with runs.stream(thread_id, "counter", input=ticks, stream_mode=["custom", "updates"]) as stream:
            async for part in stream:
                say("stream", f"{part.event:10}{part.data}")

        question = {"messages": [{"role": "user", "content": "words arrive one by one"}]}
        async for text in runs.stream(None, "chat", input=question, stream_mode="messages-tuple").text():
            say("stream the text of a chat model", text)

        asked = await runs.wait(thread_id, "ask", input={"question": "Continue?"})
        say("wait, be asked, answer", f"the run asks: {asked['__interrupt__'][0]['value']}")
        answered = await runs.wait(thread_id, "ask", command={"resume": "yes"})
        say("wait, be asked, answer", f"and ends with: {answered}")

        run = await runs.create(thread_id, "counter", input={"n": 1000, "delay": 0.1})
        await runs.cancel(thread_id, run.run_id, wait=True)
        say("cancel", f"run {run.run_id} is {(await runs.get(thread_id, run.run_id)).status}")

        try:
            await runs.wait(None, "fail", input={"text": "no such file"})
        except RunFailedError as error:
            say("a run that fails", str(error))

        async for run in runs.iter(thread_id):
            say("all runs of the thread", f"{run.run_id}  {run.status:12}{run.created_at:%H:%M:%S}")
