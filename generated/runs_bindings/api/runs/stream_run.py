from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...models.error_body import ErrorBody
from ...models.thread_run_create_attached import ThreadRunCreateAttached
from ...types import RequestParts, Response, path_segment

if TYPE_CHECKING:
    import httpx

    from ... import payloads
    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    thread_id: str,
    *,
    body: ThreadRunCreateAttached,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/threads/{thread_id}/runs/stream".format(
            thread_id=path_segment("thread_id", thread_id),
        ),
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

    if response.status_code == 409:
        response_409 = ErrorBody.from_dict(response.json())

        return response_409

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
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ThreadRunCreateAttached,
) -> Response[ErrorBody | str]:
    """Start a run and stream its events

     Starts the run and answers with its events as they happen, until it ends.

    Args:
        thread_id (str):
        body (ThreadRunCreateAttached): A run on a thread that its creator stays connected to, to
            stream it or to wait for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | str]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ThreadRunCreateAttached,
) -> ErrorBody | str | None:
    """Start a run and stream its events

     Starts the run and answers with its events as they happen, until it ends.

    Args:
        thread_id (str):
        body (ThreadRunCreateAttached): A run on a thread that its creator stays connected to, to
            stream it or to wait for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | str
    """

    return sync_detailed(
        thread_id=thread_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ThreadRunCreateAttached,
) -> Response[ErrorBody | str]:
    """Start a run and stream its events

     Starts the run and answers with its events as they happen, until it ends.

    Args:
        thread_id (str):
        body (ThreadRunCreateAttached): A run on a thread that its creator stays connected to, to
            stream it or to wait for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | str]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: ThreadRunCreateAttached,
) -> ErrorBody | str | None:
    """Start a run and stream its events

     Starts the run and answers with its events as they happen, until it ends.

    Args:
        thread_id (str):
        body (ThreadRunCreateAttached): A run on a thread that its creator stays connected to, to
            stream it or to wait for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | str
    """

    return (
        await asyncio_detailed(
            thread_id=thread_id,
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
        "checkpoint",
        "interrupt_before",
        "interrupt_after",
        "multitask_strategy",
        "if_not_exists",
        "on_disconnect",
    ]
)
"""The fields of the body, as they are named on the wire."""


def build_request(
    thread_id: str | UUID,
    *,
    body: payloads.ThreadRunCreateAttachedPayload,
) -> RequestParts:
    """Start a run and stream its events: the request, unsent."""
    return RequestParts(
        method="POST",
        path=f"/threads/{path_segment('thread_id', thread_id)}/runs/stream",
        body=body,
    )
