"""The graphs that the official server runs in our tests.

They carry the names of the embedded server's built-in agents and do the same things, so that one suite
can be run against both servers.
"""

import asyncio
import operator
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, TypedDict

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt


class EchoState(TypedDict, total=False):
    text: str
    number: int
    items: list[Any]


class CounterState(TypedDict, total=False):
    n: int
    delay: float
    count: int


class ChatState(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class AskState(TypedDict, total=False):
    question: str
    answer: Any


class AnswersState(TypedDict, total=False):
    answers: Annotated[list[Any], operator.add]


class TeamState(TypedDict):
    log: Annotated[list[str], operator.add]


def echo_node(state: EchoState) -> EchoState:
    return state


async def counter_node(state: CounterState) -> CounterState:
    """Write `n` custom ticks, `delay` seconds apart."""
    write = get_stream_writer()
    n = state.get("n", 3)
    for tick in range(n):
        write({"tick": tick})
        await asyncio.sleep(state.get("delay", 0.0))
    return {"count": n}


class ParrotModel(BaseChatModel):
    """A chat model that needs no network: it says the last message again, word by word."""

    @property
    def _llm_type(self) -> str:
        return "parrot"

    def _words(self, messages: list[BaseMessage]) -> list[str]:
        return [f"{word} " for word in str(messages[-1].content).split()]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = AIMessage("".join(self._words(messages)))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for word in self._words(messages):
            chunk = ChatGenerationChunk(message=AIMessageChunk(word))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for word in self._words(messages):
            chunk = ChatGenerationChunk(message=AIMessageChunk(word))
            if run_manager:
                await run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk


async def chat_node(state: ChatState) -> ChatState:
    return {"messages": [await ParrotModel().ainvoke(state["messages"])]}


def ask_node(state: AskState) -> AskState:
    return {"answer": interrupt(state.get("question", "Continue?"))}


def first_node(state: AnswersState) -> AnswersState:
    return {"answers": [interrupt("first?")]}


def second_node(state: AnswersState) -> AnswersState:
    return {"answers": [interrupt("second?")]}


def fail_node(state: EchoState) -> EchoState:
    raise ValueError(state.get("text", "this agent always fails"))


def researcher_node(state: TeamState) -> TeamState:
    return {"log": ["researched"]}


def writer_node(state: TeamState) -> TeamState:
    return {"log": ["written"]}


def one_node(state_type: type, name: str, node: Any) -> Any:
    return StateGraph(state_type).add_node(name, node).add_edge(START, name).compile()


echo = one_node(EchoState, "echo", echo_node)
counter = one_node(CounterState, "counter", counter_node)
chat = one_node(ChatState, "chat", chat_node)
ask = one_node(AskState, "ask", ask_node)
ask_two = (  # at the same time, which the embedded server's agents cannot
    StateGraph(AnswersState)
    .add_node("first", first_node)
    .add_node("second", second_node)
    .add_edge(START, "first")
    .add_edge(START, "second")
    .compile()
)
fail = one_node(EchoState, "fail", fail_node)
team = (
    StateGraph(TeamState)
    .add_node("research", one_node(TeamState, "researcher", researcher_node))
    .add_node("write", writer_node)
    .add_edge(START, "research")
    .add_edge("research", "write")
    .compile()
)
