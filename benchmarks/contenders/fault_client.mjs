// One stream of the JavaScript peer: what it delivers, in the lines of fault_client.py.
import { Client } from "@langchain/langgraph-sdk";

const tell = (line) => console.log(JSON.stringify(line));

const [url, threadId, payload] = JSON.parse(process.argv[2]);
const { input, stream_mode: streamMode } = payload;
try {
  const client = new Client({ apiUrl: url });
  const creation = threadId ? { ifNotExists: "create" } : {};
  const options = { input, streamMode, streamResumable: true, ...creation };
  const stream = client.runs.stream(threadId, "counter", options);
  for await (const { event, data } of stream) tell([event, data]);
  tell("");
} catch (error) {
  tell(error.name);
}
