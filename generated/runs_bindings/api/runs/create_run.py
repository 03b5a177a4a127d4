from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...models.error_body import ErrorBody
from ...models.run import Run
from ...models.thread_run_create import ThreadRunCreate
from ...types import RequestParts, Response, path_segment

if TYPE_CHECKING:
    import httpx

    from ... import payloads
    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    thread_id: str,
    *,
    body: ThreadRunCreate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/threads/{thread_id}/runs".format(
            thread_id=path_segment("thread_id", thread_id),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | Run:
    if response.status_code == 200:
        response_200 = Run.from_dict(response.json())

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
) -> Response[ErrorBody | Run]:
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
    body: ThreadRunCreate,
) -> Response[ErrorBody | Run]:
    """Start a run in the background

     Queues the run and answers at once, before it has begun.

    Args:
        thread_id (str):
        body (ThreadRunCreate): A background run on a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Run]
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
    body: ThreadRunCreate,
) -> ErrorBody | Run | None:
    """Start a run in the background

     Queues the run and answers at once, before it has begun.

    Args:
        thread_id (str):
        body (ThreadRunCreate): A background run on a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Run
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
    body: ThreadRunCreate,
) -> Response[ErrorBody | Run]:
    """Start a run in the background

     Queues the run and answers at once, before it has begun.

    Args:
        thread_id (str):
        body (ThreadRunCreate): A background run on a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Run]
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
    body: ThreadRunCreate,
) -> ErrorBody | Run | None:
    """Start a run in the background

     Queues the run and answers at once, before it has begun.

    Args:
        thread_id (str):
        body (ThreadRunCreate): A background run on a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Run
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
    ]
)
"""The fields of the body, as they are named on the wire."""


def build_request(
    thread_id: str | UUID,
    *,
    body: payloads.ThreadRunCreatePayload,
) -> RequestParts:
    """Start a run in the background: the request, unsent."""
    return RequestParts(
        method="POST",
        path=f"/threads/{path_segment('thread_id', thread_id)}/runs",
        body=body,
    )


def parse_result(data: Any) -> Run:
    """The result of a successful call, from its decoded JSON body."""
    response_200 = Run.from_dict(data)

    return response_200
