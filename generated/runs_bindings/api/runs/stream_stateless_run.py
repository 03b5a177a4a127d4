from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ...models.error_body import ErrorBody
from ...models.stateless_run_create_attached import StatelessRunCreateAttached
from ...types import RequestParts, Response

if TYPE_CHECKING:
    import httpx

    from ... import payloads
    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    *,
    body: StatelessRunCreateAttached,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/runs/stream",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | str:
    if response.status_code == 200:
        response_200 = response.text
        return response_200

    if response.status_code == 400:
        response_400 = ErrorBody.from_dict(response.json())

        return response_400

    if response.status_code == 404:
        response_404 = ErrorBody.from_dict(response.json())

        return response_404

    if response.status_code == 422:
        response_422 = ErrorBody.from_dict(response.json())

        return response_422

    response_default = ErrorBody.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreateAttached,
) -> Response[ErrorBody | str]:
    """Start a stateless run and stream its events

     Starts a run on a hidden thread and answers with its events as they happen, until it ends.

    Args:
        body (StatelessRunCreateAttached): A run without a thread that its creator stays connected
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | str]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreateAttached,
) -> ErrorBody | str | None:
    """Start a stateless run and stream its events

     Starts a run on a hidden thread and answers with its events as they happen, until it ends.

    Args:
        body (StatelessRunCreateAttached): A run without a thread that its creator stays connected
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | str
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreateAttached,
) -> Response[ErrorBody | str]:
    """Start a stateless run and stream its events

     Starts a run on a hidden thread and answers with its events as they happen, until it ends.

    Args:
        body (StatelessRunCreateAttached): A run without a thread that its creator stays connected
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | str]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreateAttached,
) -> ErrorBody | str | None:
    """Start a stateless run and stream its events

     Starts a run on a hidden thread and answers with its events as they happen, until it ends.

    Args:
        body (StatelessRunCreateAttached): A run without a thread that its creator stays connected
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | str
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed


PARAMETERS: frozenset[str] = frozenset([])
"""The keywords of `build_request` that go into the query or the headers."""

BODY_FIELDS: frozenset[str] = frozenset(
    [
        "assistant_id",
        "stream_mode",
        "input",
        "command",
        "metadata",
        "config",
        "context",
        "checkpoint_id",
        "webhook",
        "stream_subgraphs",
        "stream_resumable",
        "feedback_keys",
        "after_seconds",
        "checkpoint_during",
        "durability",
        "langsmith_tracer",
        "strict_resume",
        "on_completion",
        "on_disconnect",
    ]
)
"""The fields of the body, as they are named on the wire."""


def build_request(
    *,
    body: payloads.StatelessRunCreateAttachedPayload,
) -> RequestParts:
    """Start a stateless run and stream its events: the request, unsent."""
    return RequestParts(
        method="POST",
        path=f"/runs/stream",
        body=body,
    )
