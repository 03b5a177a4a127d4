from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...models.error_body import ErrorBody
from ...types import UNSET, RequestParts, Response, Unset, path_segment, wire_pairs

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    thread_id: str,
    run_id: str,
    *,
    stream_mode: str | Unset = UNSET,
    stream_subgraphs: bool | Unset = UNSET,
    cancel_on_disconnect: bool | Unset = False,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["stream_mode"] = stream_mode

    params["stream_subgraphs"] = stream_subgraphs

    params["cancel_on_disconnect"] = cancel_on_disconnect

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/threads/{thread_id}/runs/{run_id}/stream".format(
            thread_id=path_segment("thread_id", thread_id),
            run_id=path_segment("run_id", run_id),
        ),
        "params": params,
    }

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
    thread_id: str,
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    stream_mode: str | Unset = UNSET,
    stream_subgraphs: bool | Unset = UNSET,
    cancel_on_disconnect: bool | Unset = False,
    last_event_id: str | Unset = UNSET,
) -> Response[ErrorBody | str]:
    """Stream the events of a run that exists

     Sends what happens from now on. For a run that was created with `stream_resumable`, it sends first
    what happened after the event named by `Last-Event-ID`.

    Args:
        thread_id (str):
        run_id (str):
        stream_mode (str | Unset):
        stream_subgraphs (bool | Unset):
        cancel_on_disconnect (bool | Unset):  Default: False.
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | str]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        run_id=run_id,
        stream_mode=stream_mode,
        stream_subgraphs=stream_subgraphs,
        cancel_on_disconnect=cancel_on_disconnect,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    thread_id: str,
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    stream_mode: str | Unset = UNSET,
    stream_subgraphs: bool | Unset = UNSET,
    cancel_on_disconnect: bool | Unset = False,
    last_event_id: str | Unset = UNSET,
) -> ErrorBody | str | None:
    """Stream the events of a run that exists

     Sends what happens from now on. For a run that was created with `stream_resumable`, it sends first
    what happened after the event named by `Last-Event-ID`.

    Args:
        thread_id (str):
        run_id (str):
        stream_mode (str | Unset):
        stream_subgraphs (bool | Unset):
        cancel_on_disconnect (bool | Unset):  Default: False.
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | str
    """

    return sync_detailed(
        thread_id=thread_id,
        run_id=run_id,
        client=client,
        stream_mode=stream_mode,
        stream_subgraphs=stream_subgraphs,
        cancel_on_disconnect=cancel_on_disconnect,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    thread_id: str,
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    stream_mode: str | Unset = UNSET,
    stream_subgraphs: bool | Unset = UNSET,
    cancel_on_disconnect: bool | Unset = False,
    last_event_id: str | Unset = UNSET,
) -> Response[ErrorBody | str]:
    """Stream the events of a run that exists

     Sends what happens from now on. For a run that was created with `stream_resumable`, it sends first
    what happened after the event named by `Last-Event-ID`.

    Args:
        thread_id (str):
        run_id (str):
        stream_mode (str | Unset):
        stream_subgraphs (bool | Unset):
        cancel_on_disconnect (bool | Unset):  Default: False.
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | str]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        run_id=run_id,
        stream_mode=stream_mode,
        stream_subgraphs=stream_subgraphs,
        cancel_on_disconnect=cancel_on_disconnect,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    thread_id: str,
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    stream_mode: str | Unset = UNSET,
    stream_subgraphs: bool | Unset = UNSET,
    cancel_on_disconnect: bool | Unset = False,
    last_event_id: str | Unset = UNSET,
) -> ErrorBody | str | None:
    """Stream the events of a run that exists

     Sends what happens from now on. For a run that was created with `stream_resumable`, it sends first
    what happened after the event named by `Last-Event-ID`.

    Args:
        thread_id (str):
        run_id (str):
        stream_mode (str | Unset):
        stream_subgraphs (bool | Unset):
        cancel_on_disconnect (bool | Unset):  Default: False.
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | str
    """

    return (
        await asyncio_detailed(
            thread_id=thread_id,
            run_id=run_id,
            client=client,
            stream_mode=stream_mode,
            stream_subgraphs=stream_subgraphs,
            cancel_on_disconnect=cancel_on_disconnect,
            last_event_id=last_event_id,
        )
    ).parsed


PARAMETERS: frozenset[str] = frozenset(
    [
        "stream_mode",
        "stream_subgraphs",
        "cancel_on_disconnect",
        "last_event_id",
    ]
)
"""The keywords of `build_request` that go into the query or the headers."""


def build_request(
    thread_id: str | UUID,
    run_id: str | UUID,
    *,
    stream_mode: str | None = None,
    stream_subgraphs: bool | None = None,
    cancel_on_disconnect: bool | None = None,
    last_event_id: str | None = None,
) -> RequestParts:
    """Stream the events of a run that exists: the request, unsent."""
    return RequestParts(
        method="GET",
        path=f"/threads/{path_segment('thread_id', thread_id)}/runs/{path_segment('run_id', run_id)}/stream",
        query=wire_pairs(
            {
                "stream_mode": stream_mode,
                "stream_subgraphs": stream_subgraphs,
                "cancel_on_disconnect": cancel_on_disconnect,
            }
        ),
        headers=wire_pairs(
            {
                "Last-Event-ID": last_event_id,
            }
        ),
    )
