"""The features that docs/compatibility.md lists, and the exact answers of the servers that do otherwise.

A server that gains a feature turns the tests red until its answer is taken out of here.
"""

from __future__ import annotations

from runs_client import (
    BadRequestError,
    ConflictError,
    DataDecodeError,
    NotFoundError,
    RunFailedError,
    StreamInterruptedError,
    UnprocessableEntityError,
)
from tests.conformance.features import Accepts, Features, Group, Raises, Value

NO_BATCHES = Raises(NotFoundError, "404 Not Found")
NO_END_EVENT = Value([], "no")
NO_SUBGRAPHS = Raises(RunFailedError, "Cannot read properties of undefined (reading 'map')")
FORGOTTEN = Raises(StreamInterruptedError, "the server no longer sends the events of this run")
GONE = Raises(StreamInterruptedError, "the server deleted the run before its stream was joined")
GOES_ON = Value("success", "no: the run goes on")
RUNS_FROM_THE_START = Value({"log": ["researched", "written", "written"]}, "no: it begins at the start as well")
SIDE_BY_SIDE = Value("running", "no: both run at once")
ASSISTANT_NOT_FOUND = Raises(NotFoundError, "404 not_found: Assistant 'nobody' not found")
NO_ASSISTANT = Raises(NotFoundError, '404 No assistant found for "nobody"')
THREAD_IS_BUSY = Raises(UnprocessableEntityError, "422 Thread is already running a task")
NO_STATE = Raises(DataDecodeError, "question: Field required")
ZOD = Raises(BadRequestError, "'name': 'ZodError'")

RUNS: Group = {
    "create, get and join a run": {},
    "start a run and wait for it": {},
    "make the thread, with `if_not_exists`": {},
    "take config, context and durability": {},
    "give a run's metadata back": {"aegra": Value(None, "no")},
    "hold a run back, with `after_seconds`": {"aegra": Accepts("no: it runs at once")},
    "list runs in pages": {"javascript": Value([1], "no: later pages lack runs")},
    "iterate over all runs of a thread": {},
    "list the newest run first": {"javascript": Value("oldest first", "no: the oldest first")},
    "list runs by status": {},
    "list only the fields of `select`": {
        "javascript": Value("all fields", "no: all fields"),
        "aegra": Value("all fields", "no: all fields"),
    },
    "cancel a run and wait until it has stopped": {},
    "a cancelled run is `interrupted`": {"javascript": Value("error", "no: `error`")},
    "a cancelled run has the state so far": {"aegra": Value({}, "no: `{}`")},
    "cancel a run whose `join` is left, with `cancel_on_disconnect`": {"javascript": GOES_ON, "aegra": GOES_ON},
    "roll a run back with `cancel`": {
        "javascript": Value(["error"], "no: it stays, as `error`"),
        "aegra": Raises(UnprocessableEntityError, "Input should be 'cancel' or 'interrupt'"),
    },
    "cancel several runs": {"javascript": Raises(NotFoundError, "404 404 Not Found")},
    "delete a run": {},
    "delete a run that is at work": {"aegra": Raises(ConflictError, "409 conflict: Run is active")},
    "say that it is ready, at `/ok`": {"aegra": Raises(NotFoundError, "404 Not Found")},
}
STREAMS: Group = {
    "`values`": {},
    "`updates`": {},
    "`custom`": {},
    "`tasks`": {},
    "`checkpoints`": {},
    "`debug`": {},
    "`events`": {},
    "`messages`": {},
    "`messages` without the messages of the input": {"javascript": Value(0, "no: they come as well")},
    "`messages-tuple`": {},
    "take `tools`": {
        "official": Raises(UnprocessableEntityError, '422 "tools" is not valid under any of the schemas'),
        "javascript": ZOD,
    },
    "several stream modes at once": {},
    "`updates` of subgraphs": {},
    "`values` of subgraphs": {"javascript": NO_SUBGRAPHS},
    "`messages` of subgraphs": {"javascript": NO_SUBGRAPHS},
    "`tasks` of subgraphs": {},
    "`checkpoints` of subgraphs": {},
    "`debug` of subgraphs": {},
    "subgraphs are silent unless asked for": {},
    "join a stream while its run goes on": {},
    "join some of the stream modes": {},
    "cancel a run whose stream is left, with `on_disconnect`": {},
    "cancel a run whose joined stream is left, with `cancel_on_disconnect`": {"aegra": GOES_ON},
    "end streams with an `end` event, which tells the status": {
        "embedded": NO_END_EVENT,
        "official": NO_END_EVENT,
        "javascript": NO_END_EVENT,
    },
}
RESUMPTION: Group = {
    "replay a stream from its beginning": {},
    "replay a stream after somebody has waited for its run": {"javascript": FORGOTTEN},
    "rejoin from any event": {},
    "leave a stream and come back to it": {},
    "each part once, after a reset": {},
    "each part once, after a connection that is closed": {},
    "each part once, after a clean end in mid-run": {},
    "each part once, after a cut within an event": {},
    "each part once, after three cuts": {},
    "each part once, after a server that is away for a while": {},
    "each part once, after a connection that falls silent": {},
    "the failure of a run, after a reset": {},
    "the state of a run, after a reset": {},
    "each part once, without a thread, after a reset": {},
    "each part once, without a thread, after a connection that is closed": {},
    "each part once, without a thread, after a clean end in mid-run": {},
    "each part once, without a thread, after a cut within an event": {},
    "each part once, without a thread, after three cuts": {},
    "each part once, without a thread, after a server that is away for a while": {},
    "each part once, without a thread, after a silence until the run is gone": {
        "embedded": GONE,
        "official": GONE,
        "aegra": Raises(StreamInterruptedError, "the server deleted the run before its stream was whole"),
    },
    "each part once, without a thread, after a silence, with `on_completion` keep": {},
    "each part once, not resumable and never cut": {},
    "raise `StreamInterruptedError` where a stream that is not resumable is cut": {},
    "send heartbeats, which tell a silent run from a silent connection": {"javascript": Value(False, "no")},
    "number the events of streams that are not resumable": {
        "embedded": Value({False}, "no"),
        "official": Value({False}, "no"),
    },
}
MULTITASK: Group = {
    "`reject` refuses the second run (`ConflictError`)": {
        "javascript": THREAD_IS_BUSY,
        "aegra": Accepts("no: both run at once"),
    },
    "`enqueue` runs the second after the first": {"aegra": SIDE_BY_SIDE},
    "accept a second run by default": {"javascript": THREAD_IS_BUSY},
    "`interrupt` stops the first run": {"aegra": SIDE_BY_SIDE},
    "`rollback` deletes the first run": {
        "javascript": Accepts("no: it stays, as `error`"),
        "aegra": Accepts("no: both run at once"),
    },
}
STATELESS: Group = {
    "wait for a run without a thread": {},
    "stream a run without a thread": {},
    "stream a run without a thread in one request": {},
    "stream messages without a thread": {},
    "delete a run that is over": {},
    "keep a run that is over, with `on_completion`": {},
    "name the hidden thread of a run, in `wait`": {"javascript": Value(False, "no")},
    "rejoin a run by its id alone": {
        "official": Raises(NotFoundError, "404 Not Found"),
        "aegra": Raises(NotFoundError, "404 Not Found"),
    },
}
INTERRUPTS: Group = {
    "ask in streams of `values` and `updates`": {},
    "ask in the final state": {},
    "ask in the final state of a run without the stream mode `values`": {
        "javascript": Value([], "no"),
        "aegra": Value([], "no"),
    },
    "ask whoever joins once more": {"javascript": Value([], "no")},
    "send the state along with the question, in `values`": {
        "javascript": Value([["question"], ["__interrupt__"]], "no"),
        "aegra": Value(
            [["question"], ["__interrupt__"], ["__interrupt__", "question"]], "only after the question alone"
        ),
    },
    "send the state along with the question, in `wait` and `join`": {"javascript": Value(["__interrupt__"], "no")},
    "decode the state of a run that asks into a type, in `values`": {"javascript": NO_STATE, "aegra": NO_STATE},
    "decode the state of a run that asks into a type, in `join`": {"javascript": NO_STATE},
    "a run that asks is a `success`": {"aegra": Value("interrupted", "no: `interrupted`")},
    "answer by value": {},
    "answer by the id of the question": {},
    "answer and change the state": {},
    "answer a run without a thread": {},
    "take an answer that nobody waits for": {
        "aegra": Raises(BadRequestError, "400 bad_request: Cannot resume: thread is not in interrupted state"),
    },
    "ask several questions at once, and take all answers": {
        "embedded": Raises(UnprocessableEntityError, "422 There is no assistant 'ask_two'"),
    },
    "tell all questions, in `wait` and `join`": {
        "javascript": Value(["second?"], "no: only the last one"),
        "aegra": Value(["second?"], "no: only the last one"),
    },
    "stop with `interrupt_before`": {"embedded": Value(["research", "write"], "no")},
    "stop with `interrupt_after`": {"embedded": Value(["research", "write"], "no")},
    "go on without an input": {
        "aegra": Raises(UnprocessableEntityError, "Must specify at least one of 'input', 'command', or 'checkpoint'"),
    },
    "go to a node alone, with `command`": {
        "embedded": Value({"log": ["researched", "written"]}, "no: it begins at the start"),
        "official": RUNS_FROM_THE_START,
        "aegra": RUNS_FROM_THE_START,
    },
}
BATCHES: Group = {
    "create several runs with one request": {"aegra": NO_BATCHES},
    "refuse an empty batch (`UnprocessableEntityError`)": {
        "javascript": Raises(BadRequestError, "Array must contain at least 1 element(s)"),
        "aegra": NO_BATCHES,
    },
    "refuse a batch with an unknown assistant (`UnprocessableEntityError`)": {
        "javascript": NO_ASSISTANT,
        "aegra": NO_BATCHES,
    },
}
ERRORS: Group = {
    "refuse an unknown thread (`NotFoundError`)": {
        "javascript": THREAD_IS_BUSY,
        "aegra": Accepts("no: the thread is made"),
    },
    "refuse an unknown assistant, by name (`UnprocessableEntityError`)": {
        "javascript": NO_ASSISTANT,
        "aegra": ASSISTANT_NOT_FOUND,
    },
    "refuse an unknown assistant, by id (`NotFoundError`)": {},
    "refuse an unknown run (`NotFoundError`)": {},
    "refuse to join an unknown run (`RunFailedError`)": {
        "javascript": Raises(RunFailedError, 'failed with Error: "Run not found"'),
        "aegra": Raises(NotFoundError, "404 not_found: Run"),
    },
    "tell by an error event that a run is unknown, in `join_stream`": {
        "aegra": Raises(NotFoundError, "404 not_found: Run"),
    },
    "refuse to list the runs of an unknown thread (`NotFoundError`)": {"aegra": Accepts("no: there are none")},
    "refuse a thread id that is no UUID (`UnprocessableEntityError`)": {
        "javascript": Raises(BadRequestError, "'message': 'Invalid uuid'"),
        "aegra": Accepts("no: the thread is made"),
    },
    "refuse a run id that is no UUID (`UnprocessableEntityError`)": {
        "javascript": Raises(BadRequestError, "'message': 'Invalid uuid'"),
        "aegra": Raises(NotFoundError, "404 not_found: Run"),
    },
    "refuse a body without an assistant (`UnprocessableEntityError`)": {"javascript": ZOD},
    "refuse an unknown stream mode (`UnprocessableEntityError`)": {
        "javascript": ZOD,
        "aegra": Accepts("no: it is accepted"),
    },
    "refuse an unknown multitask strategy (`UnprocessableEntityError`)": {
        "javascript": ZOD,
        "aegra": Accepts("no: it is accepted"),
    },
    "refuse a checkpoint that is no UUID (`UnprocessableEntityError`)": {
        "javascript": Accepts("no: it is ignored"),
    },
    "refuse an interrupt at no node (`UnprocessableEntityError`)": {"javascript": ZOD},
    "refuse to cancel a run that is over (`NotFoundError`)": {
        "javascript": Accepts("no: it is accepted"),
        "aegra": Accepts("no: it is accepted"),
    },
    "refuse to cancel several runs that do not exist (`NotFoundError`)": {"aegra": Accepts("no: it is accepted")},
    "refuse to cancel several runs of which none is named (`UnprocessableEntityError`)": {
        "javascript": Raises(NotFoundError, "404 404 Not Found"),
    },
    "tell kind and message of a failure, in streams": {
        "aegra": Value(
            {"error": "ValueError", "message": "ValueError: execution failed"}, "no: `ValueError: execution failed`"
        ),
    },
    "tell kind and message of a failure, in `wait` and `join`": {
        "javascript": Value(
            {"error": "Error", "message": '{"error":"ValueError","message":"no luck"}'}, "as JSON in the message"
        ),
        "aegra": Value({"error": "Error", "message": "no luck"}, "no kind: `Error`"),
    },
    "tell a failure to whoever joins once more": {
        "javascript": Value({"text": "no luck"}, "no: the state, as of a success"),
    },
}

FEATURES: Features = {
    "Runs": RUNS,
    "Streams": STREAMS,
    "Resumption": RESUMPTION,
    "Multitask strategies": MULTITASK,
    "Runs without a thread": STATELESS,
    "Interrupts": INTERRUPTS,
    "Batches": BATCHES,
    "Errors": ERRORS,
}
