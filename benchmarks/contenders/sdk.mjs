// The JavaScript peer: @langchain/langgraph-sdk under Node. The same protocol as worker.py: a workload as JSON on each
// line of standard input, an answer on each line of standard output.
import { createInterface } from "node:readline";
import { Client } from "@langchain/langgraph-sdk";

const [url, threadId, runId] = process.argv.slice(2);
const client = new Client({ apiUrl: url });

async function readStream(script) {
  let count = 0;
  for await (const _ of client.runs.stream(threadId, script, {})) count += 1;
  return count;
}

async function run({ kind, total, at_once, script, events }) {
  let left = total;
  const wrong = [];
  async function takeTurns() {
    while (left-- > 0) {
      if (kind === "streams") {
        const count = await readStream(script);
        if (count !== events) wrong.push(count);
      } else await client.runs.get(threadId, runId);
    }
  }
  const begin = performance.now();
  await Promise.all(Array.from({ length: at_once }, takeTurns));
  const seconds = (performance.now() - begin) / 1000;
  if (!wrong.length) return { seconds };
  return { error: `${wrong.length} of ${total} streams had another number of events, such as ${wrong[0]}` };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await run(JSON.parse(line));
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}`.slice(0, 200) };
  }
  console.log(JSON.stringify(answer));
}
