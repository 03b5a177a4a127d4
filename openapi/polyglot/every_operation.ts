/**
 * Calls every operation of the contract with the types that `openapi-typescript` writes from it.
 * It is compiled by `make polyglot`, and never run: an operation that it lacks, and one that is gone, is an error.
 */

import type { components, operations } from "../../build/polyglot/runs";

type Json = "application/json";
type Success = 200 | 202 | 204;
type Content<Message> = Message extends { content: infer Bodies } ? Bodies[keyof Bodies] : undefined;

/** The parts of a request that the operation has: `path`, `query`, `header` and `body`. */
type Request<Operation extends operations[keyof operations]> = Operation["parameters"] &
  (Operation extends { requestBody: { content: Record<Json, infer Body> } } ? { body: Body } : { body?: never });

interface Answer<Operation extends operations[keyof operations]> {
  body: Content<Operation["responses"][keyof Operation["responses"] & Success]>;
  error: Content<Operation["responses"][keyof Operation["responses"] & "default"]>;
}

type Send<Operation extends operations[keyof operations]> = (request: Request<Operation>) => Promise<Answer<Operation>>;

type EveryOperation = { [Name in keyof operations]: (send: Send<operations[Name]>) => Promise<unknown> };

const thread = { thread_id: "thread" };
const run = { ...thread, run_id: "run" };

export const everyOperation: EveryOperation = {
  async create_run(send) {
    const { body, error } = await send({
      path: thread,
      body: {
        assistant_id: "agent",
        command: { resume: true, goto: ["one", { node: "two", input: null }] },
        interrupt_before: "*",
        multitask_strategy: "enqueue",
        stream_mode: ["values", "messages-tuple"],
      },
    });
    const failure: string | undefined = typeof error === "string" ? error : error.message;
    return failure ?? body.run_id;
  },

  async list_runs(send) {
    const { body } = await send({ path: thread, query: { limit: 10, status: "pending", select: ["run_id", "status"] } });
    return body.map((item) => item.updated_at.length);
  },

  async stream_run(send) {
    const { body } = await send({
      path: thread,
      body: { assistant_id: "agent", stream_mode: "updates", stream_resumable: true, on_disconnect: "continue" },
    });
    return body.split("\n\n");
  },

  async wait_run(send) {
    const { body } = await send({ path: thread, body: { assistant_id: "agent", if_not_exists: "create" } });
    const state: unknown = body;
    return state;
  },

  async get_run(send) {
    const { body } = await send({ path: run });
    const metadata: Record<string, unknown> | null | undefined = body.metadata;
    return metadata;
  },

  async delete_run(send) {
    const { body } = await send({ path: run });
    const nothing: undefined = body;
    return nothing;
  },

  async join_run(send) {
    return send({ path: run, query: { cancel_on_disconnect: true } });
  },

  async join_run_stream(send) {
    const { body } = await send({
      path: run,
      query: { stream_mode: '["values"]', stream_subgraphs: true },
      header: { "Last-Event-ID": "-1" },
    });
    return body.split("\n\n");
  },

  async cancel_run(send) {
    return send({ path: run, query: { wait: true, action: "rollback" } });
  },

  async create_stateless_run(send) {
    const { body } = await send({ body: { assistant_id: "agent", on_completion: "keep", durability: "exit" } });
    const created: components["schemas"]["Run"] = body;
    return created;
  },

  async stream_stateless_run(send) {
    const { body } = await send({ body: { assistant_id: "agent", config: { tags: ["tag"], recursion_limit: 9 } } });
    return body.split("\n\n");
  },

  async wait_stateless_run(send) {
    return send({ body: { assistant_id: "agent", input: { messages: [] }, on_disconnect: "cancel" } });
  },

  async create_run_batch(send) {
    const { body } = await send({ body: [{ assistant_id: "one" }, { assistant_id: "two", after_seconds: 1.5 }] });
    return body.map((item) => item.thread_id);
  },

  async cancel_runs(send) {
    return send({ query: { action: "interrupt" }, body: { ...thread, run_ids: ["run"] } });
  },

  async join_stateless_run_stream(send) {
    const { body } = await send({ path: { run_id: "run" }, query: { cancel_on_disconnect: false } });
    return body.split("\n\n");
  },
};

/** What the types must refuse: were one of them `any`, its line would compile, and that is an error here. */
export const refused: Partial<EveryOperation> = {
  async create_run(send) {
    // @ts-expect-error `assistant_id` is missing
    await send({ path: thread, body: {} });
    // @ts-expect-error there is no such stream mode
    await send({ path: thread, body: { assistant_id: "agent", stream_mode: ["everything"] } });
    // @ts-expect-error there is no such field
    await send({ path: thread, body: { assistant_id: "agent", colour: "red" } });
    // @ts-expect-error the path lacks its thread
    await send({ body: { assistant_id: "agent" } });
  },

  async get_run(send) {
    const { body } = await send({ path: run });
    // @ts-expect-error a run has no such property
    return body.colour;
  },

  async list_runs(send) {
    // @ts-expect-error a limit is a number
    await send({ path: thread, query: { limit: "ten" } });
  },
};
