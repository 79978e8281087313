"""The MCP server `wavespeed-mcp`, spoken to over its pipes as an agent does."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
HELLO = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


class Agent:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.number = process, 0

    def send(self, method: str, **params: Any) -> None:
        assert self.process.stdin
        told = {"jsonrpc": "2.0", "method": method, "params": params}
        if not method.startswith("notifications/"):
            self.number += 1
            told["id"] = self.number
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        assert self.process.stdout
        self.send(method, **params)
        while line := self.process.stdout.readline():
            told = json.loads(line)
            if told.get("id") == self.number:
                return dict(told["result"])
        raise AssertionError("it has ended")

    def use(self, tool: str, **arguments: Any) -> str:
        return str(self.ask("tools/call", name=tool, arguments=arguments)["content"][0]["text"])


@pytest.fixture(scope="module")
def agent(account: Account, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    environment = {
        **os.environ,
        "HOME": str(tmp_path_factory.mktemp("mcp")),
        "WAVESPEED_API_KEY": account.key,
        "WAVESPEED_BASE_URL": account.url,
    }
    command = [str(packages / ".bin" / "wavespeed-mcp")]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        agent = Agent(process)
        agent.ask("initialize", **HELLO)
        agent.send("notifications/initialized")
        yield agent
        process.terminate()


def test_it_finds_models_schemas_prices_and_the_balance(agent: Agent) -> None:
    assert "minimax/voice-clone" in agent.use("list_models", query="voice")
    assert "custom_voice_id" in agent.use("get_model_schema", model="minimax/voice-clone")
    assert "0" in agent.use("get_price", model="minimax/voice-clone", input={})
    assert "1000" in agent.use("get_balance")


def test_it_clones_from_a_file_and_speaks(agent: Agent, account: Account) -> None:
    inputs = {"audio": f"@{account.recording}", "custom_voice_id": "AgentVoice-1", "text": "Hello."}
    cloned = json.loads(agent.use("run_model", model="minimax/voice-clone", input=inputs))
    assert cloned["status"] == "completed"
    assert cloned["uploaded_files"] == 1
    inputs = {"text": "Good morning.", "voice_id": "AgentVoice-1"}
    spoken = json.loads(agent.use("run_model", model="minimax/speech-02-hd", input=inputs))
    assert spoken["outputs"]
    assert "completed" in agent.use("get_prediction", id=spoken["id"])


def test_an_error_is_the_servers_sentence(agent: Agent, voice: str) -> None:
    inputs = {"text": "Hello.", "voice_id": voice, "volume": 99}
    assert "Volume is between 0.1 and 10; 99 was given." in agent.use(
        "run_model", model="minimax/speech-02-hd", input=inputs
    )
