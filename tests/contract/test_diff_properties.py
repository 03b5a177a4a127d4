"""`diff` over random documents: any single change is noticed, and its reverse is its mirror image."""

from __future__ import annotations

import contextlib
import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs_client.spec._contract import ContractError
from runs_client.spec._diff import diff

from .changes import Document, base, body, opposite, query

COMPONENTS = ["A", "B", "C"]
NAMES = ["a", "b", "c"]

scalars = st.one_of(
    st.fixed_dictionaries({"type": st.just("string")}, optional={"format": st.sampled_from(["uuid", "date"])}),
    st.fixed_dictionaries({"type": st.just("string")}, optional={"maxLength": st.integers(5, 9)}),
    st.fixed_dictionaries({"type": st.just("string"), "enum": st.sampled_from([["x"], ["x", "y"], ["z", "y", "x"]])}),
    st.fixed_dictionaries({"type": st.sampled_from(["integer", "number"])}, optional={"minimum": st.integers(0, 9)}),
    st.just({"type": "boolean"}),
    st.just({"type": ["string", "null"]}),
    st.just({"const": 1}),
)
references = st.sampled_from(COMPONENTS).map(lambda name: {"$ref": f"#/components/schemas/{name}"})


def objects(schemas: st.SearchStrategy[Document]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from(NAMES), schemas, max_size=3)},
        optional={"required": st.lists(st.sampled_from(NAMES), unique=True, max_size=2)},
    )


def compositions(schemas: st.SearchStrategy[Document]) -> st.SearchStrategy[Document]:
    """Alternatives of different types: which of two alike ones has changed cannot always be told."""
    array = st.fixed_dictionaries({"type": st.just("array"), "items": schemas})
    alternatives = st.tuples(scalars, st.one_of(references, objects(schemas)), array)
    return st.one_of(
        array,
        objects(schemas),
        st.dictionaries(
            st.sampled_from(["anyOf", "oneOf"]), alternatives.flatmap(st.permutations), min_size=1, max_size=1
        ),
        references.map(lambda reference: {"allOf": [reference]}),
    )


schemas = st.recursive(scalars | references, compositions, max_leaves=5)
components = st.fixed_dictionaries({name: objects(schemas) for name in COMPONENTS})


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Each component is sent and comes back. Components may contain themselves and one another."""
    all_of_them = {
        "type": "object",
        "properties": {name.lower(): {"$ref": f"#/components/schemas/{name}"} for name in COMPONENTS},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Random", "version": "1"},
        "paths": {
            "/things/{id}": {
                "post": {
                    "operationId": "make",
                    "parameters": [query("page", draw(scalars))],
                    "requestBody": body(all_of_them),
                    "responses": {"200": {**body(all_of_them), "headers": {"Location": {"schema": draw(scalars)}}}},
                },
            }
        },
        "components": {"schemas": draw(components)},
    }


Mutation = tuple[str, Callable[[], Any]]


def mutations(document: Document) -> Iterator[Mutation]:
    """Changes of a document, each with a name."""
    operation = document["paths"]["/things/{id}"]["post"]
    yield "operation", lambda: document["paths"]["/things/{id}"].clear()
    yield "name", lambda: operation.update(operationId="do")
    yield "deprecated", lambda: operation.update(deprecated=True)
    yield "parameter", lambda: operation["parameters"].append(query("size", {"type": "integer"}))
    yield "no parameter", lambda: operation["parameters"].clear()
    yield "required parameter", lambda: operation["parameters"][0].update(required=True)
    yield "required body", lambda: operation["requestBody"].update(required=True)
    yield "content type", lambda: operation["requestBody"]["content"].update({"text/plain": {}})
    yield "status", lambda: operation["responses"].update({"204": {}})
    yield "header", lambda: operation["responses"]["200"]["headers"].update(ETag={})
    yield from mutations_within(operation["parameters"][0]["schema"])
    yield from mutations_within(operation["responses"]["200"]["headers"]["Location"]["schema"])
    for schema in document["components"]["schemas"].values():
        yield from mutations_within(schema)


def mutations_within(schema: Document) -> Iterator[Mutation]:
    """Changes of a schema, or of one inside of it."""
    yield "default", lambda: schema.update(default="another")
    yield "deprecated schema", lambda: schema.update(deprecated=True)
    yield from mutations_of_values(schema)
    for inner in schema.get("properties", {}).values():
        yield from mutations_within(inner)
    if "items" in schema:
        yield from mutations_within(schema["items"])
    for keyword in sorted({"anyOf", "oneOf"} & schema.keys()):
        yield "alternative", schema[keyword].pop
        for branch in schema[keyword]:
            yield from mutations_of_values(branch)


def mutations_of_values(schema: Document) -> Iterator[Mutation]:
    """Changes of what a schema accepts."""
    match schema.get("type"):
        case "object":
            yield "field", lambda: schema["properties"].update(new={"type": "string"})
            yield "required field", lambda: schema.update(required=[*schema.get("required", []), "new"])
            yield "no further fields", lambda: schema.update(additionalProperties=False)
            for name in sorted(set(schema["properties"]) - set(schema.get("required", []))):
                yield "no field", partial(schema["properties"].pop, name)
                yield "field now required", partial(schema.update, required=[*schema.get("required", []), name])
        case "array":
            yield "items", lambda: schema.update(maxItems=3)
        case "string" if "enum" in schema:
            yield "value", lambda: schema["enum"].append("new")
            yield "any value", lambda: schema.pop("enum")
        case "string":
            yield "limit", lambda: schema.update(maxLength=4)
            yield "pattern", lambda: schema.update(pattern="^a")
            yield "format", lambda: schema.update(format="uri")
            yield "null", lambda: schema.update(nullable=True)
        case "integer" | "number":
            yield "bound", lambda: schema.update(exclusiveMinimum=9)
            yield "other number", lambda: schema.update(type={"integer": "number"}.get(schema["type"], "integer"))
        case "boolean":
            yield "other type", lambda: schema.update(type="string")


@given(documents())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_document_does_not_differ_from_itself(document: Document) -> None:
    assert diff(document, document) == []
    assert diff(document, json.loads(json.dumps(document, sort_keys=True))) == []


@given(documents(), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_single_change_is_noticed_and_mirrored(before: Document, data: st.DataObject) -> None:
    after = copy.deepcopy(before)
    found = list(mutations(after))
    name, mutate = data.draw(st.sampled_from(found), label="mutation")
    mutate()
    there, back = diff(before, after), diff(after, before)
    assert there, name
    assert Counter((opposite(item.change), item.operations) for item in there) == Counter(
        (item.change, item.operations) for item in back
    )


JUNK: list[Any] = [None, True, 5, 1.5, "x", [], [1], [[1]], {}, {"a": 1}, {"$ref": 5}, {"$ref": "#/paths"}]


def places(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a document."""
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield (*place, key)
        yield from places(node[key], (*place, key))


@given(st.sampled_from(list(places(base()))), st.sampled_from(JUNK))
@settings(max_examples=300, deadline=None)
def test_a_document_with_junk_in_it_is_compared_or_refused(place: tuple[Any, ...], junk: Any) -> None:
    document: Any = base()
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = junk
    for pair in ((base(), document), (document, base())):
        with contextlib.suppress(ContractError):
            diff(*pair)
