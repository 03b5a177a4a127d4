from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...models.error_body import ErrorBody
from ...models.run import Run
from ...models.run_field import RunField
from ...models.run_status import RunStatus
from ...types import UNSET, RequestParts, Response, Unset, list_items, path_segment, wire_pairs

if TYPE_CHECKING:
    import httpx

    from ... import payloads
    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    thread_id: str,
    *,
    limit: int | Unset = 10,
    offset: int | Unset = 0,
    status: RunStatus | Unset = UNSET,
    select: list[RunField] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["offset"] = offset

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    json_select: list[str] | Unset = UNSET
    if not isinstance(select, Unset):
        json_select = []
        for select_item_data in select:
            select_item: str = select_item_data
            json_select.append(select_item)

    params["select"] = json_select

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/threads/{thread_id}/runs".format(
            thread_id=path_segment("thread_id", thread_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | list[Run]:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for componentsschemas_run_list_item_data in _response_200:
            componentsschemas_run_list_item = Run.from_dict(componentsschemas_run_list_item_data)

            response_200.append(componentsschemas_run_list_item)

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
) -> Response[ErrorBody | list[Run]]:
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
    limit: int | Unset = 10,
    offset: int | Unset = 0,
    status: RunStatus | Unset = UNSET,
    select: list[RunField] | Unset = UNSET,
) -> Response[ErrorBody | list[Run]]:
    """List the runs of a thread

     Answers one page, the newest run first.

    Args:
        thread_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):  Default: 0.
        status (RunStatus | Unset):
        select (list[RunField] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | list[Run]]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        limit=limit,
        offset=offset,
        status=status,
        select=select,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = 10,
    offset: int | Unset = 0,
    status: RunStatus | Unset = UNSET,
    select: list[RunField] | Unset = UNSET,
) -> ErrorBody | list[Run] | None:
    """List the runs of a thread

     Answers one page, the newest run first.

    Args:
        thread_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):  Default: 0.
        status (RunStatus | Unset):
        select (list[RunField] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | list[Run]
    """

    return sync_detailed(
        thread_id=thread_id,
        client=client,
        limit=limit,
        offset=offset,
        status=status,
        select=select,
    ).parsed


async def asyncio_detailed(
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = 10,
    offset: int | Unset = 0,
    status: RunStatus | Unset = UNSET,
    select: list[RunField] | Unset = UNSET,
) -> Response[ErrorBody | list[Run]]:
    """List the runs of a thread

     Answers one page, the newest run first.

    Args:
        thread_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):  Default: 0.
        status (RunStatus | Unset):
        select (list[RunField] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | list[Run]]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        limit=limit,
        offset=offset,
        status=status,
        select=select,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    thread_id: str,
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = 10,
    offset: int | Unset = 0,
    status: RunStatus | Unset = UNSET,
    select: list[RunField] | Unset = UNSET,
) -> ErrorBody | list[Run] | None:
    """List the runs of a thread

     Answers one page, the newest run first.

    Args:
        thread_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):  Default: 0.
        status (RunStatus | Unset):
        select (list[RunField] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | list[Run]
    """

    return (
        await asyncio_detailed(
            thread_id=thread_id,
            client=client,
            limit=limit,
            offset=offset,
            status=status,
            select=select,
        )
    ).parsed


PARAMETERS: frozenset[str] = frozenset(
    [
        "limit",
        "offset",
        "status",
        "select",
    ]
)
"""The keywords of `build_request` that go into the query or the headers."""


def build_request(
    thread_id: str | UUID,
    *,
    limit: int | None = None,
    offset: int | None = None,
    status: payloads.RunStatus | None = None,
    select: payloads.Sequence[payloads.RunField] | None = None,
) -> RequestParts:
    """List the runs of a thread: the request, unsent."""
    return RequestParts(
        method="GET",
        path=f"/threads/{path_segment('thread_id', thread_id)}/runs",
        query=wire_pairs(
            {
                "limit": limit,
                "offset": offset,
                "status": status,
                "select": select,
            }
        ),
    )


def parse_result(data: Any) -> list[Run]:
    """The result of a successful call, from its decoded JSON body."""
    response_200 = []
    _response_200 = list_items(data)
    for componentsschemas_run_list_item_data in _response_200:
        componentsschemas_run_list_item = Run.from_dict(componentsschemas_run_list_item_data)

        response_200.append(componentsschemas_run_list_item)

    return response_200
