"""What each kind of change does to clients.

A client follows the older document, its server the newer one. So a request may become wider and must not become
narrower; a response may become narrower and must not become wider. Where a document leaves open what happens, the
change counts as breaking: whoever is warned can look, whoever is not cannot.

What is not obvious:

- A field or parameter that is gone from requests breaks. Servers mostly ignore what they do not know, so a client that
  sends it gets no error; but it loses the effect in silence, and the regenerated method has no such keyword.
- A value that is added to an enumeration in responses breaks, though `RunsClient` passes unknown values on: code that
  tells the values apart has no case for it. Where other values are accepted beside those that are listed, it does not.
- A new default in requests breaks: calls that leave the field out do something else. In responses it means nothing.
- A status of success that is gone breaks; a status of failure does not, as clients take any such status for a failure.
- Fields that may be added to a response at any time are ignored by clients, so opening an object is safe.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Direction: TypeAlias = Literal["request", "response"]


class Verdict(NamedTuple):
    """Whether a change breaks clients, and why."""

    breaking: bool
    reason: str


def _breaks(reason: str) -> Verdict:
    return Verdict(True, reason)


def _safe(reason: str) -> Verdict:
    return Verdict(False, reason)


_NARROWER = (
    _breaks("Requests that were accepted are refused."),
    _safe("What may come now could come before."),
)
_WIDER = (
    _safe("What was accepted still is."),
    _breaks("Values may come that clients do not expect."),
)
_DIFFERENT = (
    _breaks("Requests that were accepted are refused."),
    _breaks("Values may come that clients do not expect."),
)
_SILENT_LOSS = _breaks("Clients that send it lose its effect without an error, and regenerated ones cannot send it.")
_MISSED = _breaks("Code that reads it finds nothing.")
_IGNORED = _safe("Clients ignore what they do not know.")
_NOT_NEEDED = _safe("Clients need not send it.")
_NEEDED = _breaks("Clients do not send it, and are refused.")
_ONLY_NAMED = _safe("Values that are not listed are accepted before and after.")
_LEGAL = _safe("A default in a response changes nothing that is sent.")

# For requests, and for responses.
_SCHEMA_RULES = {
    "additional-properties-allowed": (_safe("What was accepted still is."), _IGNORED),
    "additional-properties-forbidden": (
        _breaks("Requests with further fields are refused."),
        _breaks("Code that reads further fields finds nothing."),
    ),
    "alternative-added": _WIDER,
    "alternative-removed": _NARROWER,
    "constraint-added": _NARROWER,
    "constraint-changed": _DIFFERENT,
    "constraint-removed": _WIDER,
    "default-added": (_safe("It tells what leaving it out means; it may have meant that before."), _LEGAL),
    "default-changed": (_breaks("Calls that leave it out mean something else."), _LEGAL),
    "default-removed": (_breaks("What leaving it out means is not promised any more."), _LEGAL),
    "deprecated": (_safe("It works as before, and may go one day."), _safe("It comes as before, and may go one day.")),
    "enum-added": _NARROWER,
    "enum-removed": _WIDER,
    "enum-value-added": (
        _safe("What was accepted still is."),
        _breaks("RunsClient passes the value on, but code that tells the values apart has no case for it."),
    ),
    "enum-value-removed": (_breaks("Requests with this value are refused."), _safe("One value less can come.")),
    "format-added": _NARROWER,
    "format-changed": _DIFFERENT,
    "format-narrowed": _NARROWER,
    "format-removed": _WIDER,
    "format-widened": _WIDER,
    "known-value-added": (_ONLY_NAMED, _ONLY_NAMED),
    "known-value-removed": (_ONLY_NAMED, _ONLY_NAMED),
    "limit-loosened": _WIDER,
    "limit-tightened": _NARROWER,
    "null-added": (_safe("What was accepted still is."), _breaks("Null may come where clients expect a value.")),
    "null-removed": (_breaks("Requests with null are refused."), _safe("Null cannot come any more.")),
    "pattern-added": _NARROWER,
    "pattern-changed": _DIFFERENT,
    "pattern-removed": _WIDER,
    "property-added": (_NOT_NEEDED, _IGNORED),
    "property-optional": (
        _safe("Clients may go on sending it."),
        _breaks("It may be missing where clients expect it."),
    ),
    "property-removed": (_SILENT_LOSS, _MISSED),
    "property-required": (_breaks("Clients may leave it out, and are refused."), _safe("It always comes now.")),
    "required-property-added": (_NEEDED, _IGNORED),
    "required-property-removed": (_SILENT_LOSS, _MISSED),
    "type-changed": _DIFFERENT,
    "type-narrowed": _NARROWER,
    "type-widened": _WIDER,
    "undeprecated": (_safe("It is going to stay."), _safe("It is going to stay.")),
}

_REQUEST_RULES = {
    "body-added": _NOT_NEEDED,
    "body-optional": _safe("Clients may go on sending it."),
    "body-removed": _SILENT_LOSS,
    "body-required": _breaks("Clients may leave it out, and are refused."),
    "content-type-added": _safe("Clients may go on sending what they send."),
    "content-type-removed": _breaks("Requests of this type are refused."),
    "parameter-added": _NOT_NEEDED,
    "parameter-optional": _safe("Clients may go on sending it."),
    "parameter-removed": _SILENT_LOSS,
    "parameter-required": _breaks("Clients may leave it out, and are refused."),
    "parameter-style-changed": _breaks("The server reads the value in another way than clients write it."),
    "required-body-added": _NEEDED,
    "required-body-removed": _SILENT_LOSS,
    "required-parameter-added": _NEEDED,
    "required-parameter-removed": _SILENT_LOSS,
}

_RESPONSE_RULES = {
    "content-type-added": _safe("Clients get what they ask for in `Accept`."),
    "content-type-removed": _breaks("Clients that ask for this type do not get it."),
    "error-status-added": _safe("Clients take any such status for a failure."),
    "error-status-removed": _safe("Clients take any such status for a failure, and may see another one."),
    "header-added": _IGNORED,
    "header-optional": _breaks("It may be missing where clients expect it."),
    "header-removed": _MISSED,
    "header-required": _safe("It always comes now."),
    "required-header-added": _IGNORED,
    "required-header-removed": _MISSED,
    "status-added": _safe("Clients take any such status for a success."),
    "status-removed": _breaks("Clients that wait for this answer do not get it."),
}

RULES: dict[str, Verdict] = {
    "operation-added": _safe("Clients need not call it."),
    "operation-deprecated": _safe("It works as before, and may go one day."),
    "operation-id-changed": _breaks("The wire is the same, but generated clients name the operation after it."),
    "operation-removed": _breaks("Calls fail."),
    "operation-undeprecated": _safe("It is going to stay."),
    **{f"request-{change}": verdict for change, (verdict, _) in _SCHEMA_RULES.items()},
    **{f"response-{change}": verdict for change, (_, verdict) in _SCHEMA_RULES.items()},
    **{f"request-{change}": verdict for change, verdict in _REQUEST_RULES.items()},
    **{f"response-{change}": verdict for change, verdict in _RESPONSE_RULES.items()},
}
"""Each kind of change, and whether it breaks clients."""


def widens(change: str) -> bool:
    """Whether all values that a schema accepted are accepted after a change, and others too."""
    return not RULES[f"request-{change}"].breaking and RULES[f"response-{change}"].breaking


def narrows(change: str) -> bool:
    """Whether all values that a schema accepts after a change were accepted before, and others too."""
    return RULES[f"request-{change}"].breaking and not RULES[f"response-{change}"].breaking
