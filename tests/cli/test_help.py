"""Help, completion, and what a command loads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from runs_client import __version__
from tests.cli.command import COMMAND, Terminal, environment, run_command

COMMANDS = [
    "run",
    "create",
    "wait",
    "list",
    "get",
    "join",
    "watch",
    "cancel",
    "delete",
    "batch",
    "serve",
    "demo",
    "spec",
]
HEAVY = {"rich", "httpx", "aiohttp", "anyio", "asyncio", "orjson", "attrs", "starlette", "uvicorn", "ruamel"}


def test_the_help_lists_the_commands_and_the_exit_codes() -> None:
    shown = run_command("--help").stdout
    assert [line.split()[0] for line in shown.partition("Commands:")[2].splitlines() if line.strip()] == COMMANDS
    for code in ("  0    success", "  1    the run failed", "  2    ", "  3    ", "  130  interrupted"):
        assert code in shown
    assert "..." not in shown.partition("Commands:")[2], "every summary fits"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str) -> None:
    done = run_command(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: runs-client {command} ")


def test_the_help_loads_nothing_heavy() -> None:
    script = (
        "import json, sys, runs_client.cli._app as app\n"
        "sys.argv = ['runs-client', '--help']\n"
        "app.run()\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    loaded = set(json.loads(output.splitlines()[-1]))
    assert not loaded & (HEAVY)


def test_the_version() -> None:
    assert run_command("--version").stdout == f"{__version__}\n"


def test_a_shell_completes_commands_options_and_modes() -> None:
    def completed(words: str) -> list[str]:
        done = subprocess.run(
            COMMAND,
            env=environment(
                _RUNS_CLIENT_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
            ),
            capture_output=True,
            text=True,
        )
        return done.stdout.split()

    assert completed("runs-client wa") == ["wait", "watch"]
    assert completed("runs-client run agent --cancel") == ["--cancel-on-exit"]
    assert completed("runs-client run agent --mode me") == ["messages", "messages-tuple"]


def test_it_can_be_installed_into_a_shell() -> None:
    done = run_command("--show-completion", "bash")
    assert "_RUNS_CLIENT_COMPLETE=complete_bash" in done.stdout


@pytest.mark.parametrize(
    ("missing", "arguments", "advice"),
    [
        ("typer", ["--help"], "typer is missing: pip install 'runs-client[cli]'"),
        ("uvicorn", ["serve"], "RunsServer needs uvicorn: pip install 'runs-client[testing]'"),
        ("starlette", ["demo"], "RunsServer needs starlette: pip install 'runs-client[testing]'"),
    ],
)
def test_a_missing_extra_is_named(missing: str, arguments: list[str], advice: str) -> None:
    script = (
        "import sys\n"
        f"sys.modules[{missing!r}] = None\n"
        "from runs_client.cli import main\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment())
    assert done.returncode == 2
    assert done.stderr.startswith(f"runs-client: {advice}")
    assert done.stderr.count("\n") == 1


def test_help_on_a_narrow_terminal() -> None:
    with Terminal("run", "--help", columns=20) as terminal:
        assert terminal.finish() == 0
