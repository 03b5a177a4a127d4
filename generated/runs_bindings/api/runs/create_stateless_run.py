from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ...models.error_body import ErrorBody
from ...models.run import Run
from ...models.stateless_run_create import StatelessRunCreate
from ...types import RequestParts, Response

if TYPE_CHECKING:
    import httpx

    from ... import payloads
    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    *,
    body: StatelessRunCreate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/runs",
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
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreate,
) -> Response[ErrorBody | Run]:
    """Start a stateless run in the background

     Queues a run on a hidden thread and answers at once, before it has begun.

    Args:
        body (StatelessRunCreate): A background run without a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Run]
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
    body: StatelessRunCreate,
) -> ErrorBody | Run | None:
    """Start a stateless run in the background

     Queues a run on a hidden thread and answers at once, before it has begun.

    Args:
        body (StatelessRunCreate): A background run without a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Run
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreate,
) -> Response[ErrorBody | Run]:
    """Start a stateless run in the background

     Queues a run on a hidden thread and answers at once, before it has begun.

    Args:
        body (StatelessRunCreate): A background run without a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Run]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: StatelessRunCreate,
) -> ErrorBody | Run | None:
    """Start a stateless run in the background

     Queues a run on a hidden thread and answers at once, before it has begun.

    Args:
        body (StatelessRunCreate): A background run without a thread.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Run
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
    ]
)
"""The fields of the body, as they are named on the wire."""


def build_request(
    *,
    body: payloads.StatelessRunCreatePayload,
) -> RequestParts:
    """Start a stateless run in the background: the request, unsent."""
    return RequestParts(
        method="POST",
        path=f"/runs",
        body=body,
    )


def parse_result(data: Any) -> Run:
    """The result of a successful call, from its decoded JSON body."""
    response_200 = Run.from_dict(data)

    return response_200
