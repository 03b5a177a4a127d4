// The graphs of `../official/graphs.py`, for the JavaScript server: the same names, states and answers.

import { setTimeout as sleep } from "node:timers/promises";

import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { Annotation, interrupt, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

const list = () => Annotation({ reducer: (items, more) => [...items, ...more], default: () => [] });

const EchoState = Annotation.Root({ text: Annotation(), number: Annotation(), items: Annotation() });
const CounterState = Annotation.Root({ n: Annotation(), delay: Annotation(), count: Annotation() });
const AskState = Annotation.Root({ question: Annotation(), answer: Annotation() });
const AnswersState = Annotation.Root({ answers: list() });
const TeamState = Annotation.Root({ log: list() });

/** Write `n` custom ticks, `delay` seconds apart. */
async function counterNode({ n = 3, delay = 0 }, { writer }) {
  for (let tick = 0; tick < n; tick++) {
    writer({ tick });
    await sleep(delay * 1000);
  }
  return { count: n };
}

/** A chat model that needs no network: it says the last message again, word by word. */
class ParrotModel extends BaseChatModel {
  _llmType() {
    return "parrot";
  }

  words(messages) {
    const content = String(messages.at(-1).content);
    return content.split(/\s+/).filter(Boolean).map((word) => `${word} `);
  }

  async _generate(messages) {
    const text = this.words(messages).join("");
    return { generations: [{ text, message: new AIMessage(text) }] };
  }

  async *_streamResponseChunks(messages, _options, runManager) {
    for (const word of this.words(messages)) {
      const chunk = new ChatGenerationChunk({ text: word, message: new AIMessageChunk(word) });
      yield chunk;
      await runManager?.handleLLMNewToken(word, undefined, undefined, undefined, undefined, { chunk });
    }
  }
}

class ValueError extends Error {
  name = "ValueError";
}

function failNode({ text }) {
  throw new ValueError(text ?? "this agent always fails");
}

function oneNode(state, name, node) {
  return new StateGraph(state).addNode(name, node).addEdge(START, name).compile();
}

export const echo = oneNode(EchoState, "echo", (state) => state);
export const counter = oneNode(CounterState, "counter", counterNode);
export const chat = oneNode(MessagesAnnotation, "chat", async ({ messages }) => ({
  messages: [await new ParrotModel({}).invoke(messages)],
}));
export const ask = oneNode(AskState, "ask", ({ question }) => ({ answer: interrupt(question ?? "Continue?") }));
export const askTwo = new StateGraph(AnswersState)
  .addNode("first", () => ({ answers: [interrupt("first?")] }))
  .addNode("second", () => ({ answers: [interrupt("second?")] }))
  .addEdge(START, "first")
  .addEdge(START, "second")
  .compile();
export const fail = oneNode(EchoState, "fail", failNode);
export const team = new StateGraph(TeamState)
  .addNode("research", oneNode(TeamState, "researcher", () => ({ log: ["researched"] })))
  .addNode("write", () => ({ log: ["written"] }))
  .addEdge(START, "research")
  .addEdge("research", "write")
  .compile();
