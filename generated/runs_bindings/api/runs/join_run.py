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
    cancel_on_disconnect: bool | Unset = False,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cancel_on_disconnect"] = cancel_on_disconnect

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/threads/{thread_id}/runs/{run_id}/join".format(
            thread_id=path_segment("thread_id", thread_id),
            run_id=path_segment("run_id", run_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorBody:
    if response.status_code == 200:
        response_200 = response.json()
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
) -> Response[Any | ErrorBody]:
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
    cancel_on_disconnect: bool | Unset = False,
) -> Response[Any | ErrorBody]:
    """Wait for a run's result

     Answers with the final state once the run has ended, at once where it has ended already.

    Args:
        thread_id (str):
        run_id (str):
        cancel_on_disconnect (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        run_id=run_id,
        cancel_on_disconnect=cancel_on_disconnect,
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
    cancel_on_disconnect: bool | Unset = False,
) -> Any | ErrorBody | None:
    """Wait for a run's result

     Answers with the final state once the run has ended, at once where it has ended already.

    Args:
        thread_id (str):
        run_id (str):
        cancel_on_disconnect (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return sync_detailed(
        thread_id=thread_id,
        run_id=run_id,
        client=client,
        cancel_on_disconnect=cancel_on_disconnect,
    ).parsed


async def asyncio_detailed(
    thread_id: str,
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    cancel_on_disconnect: bool | Unset = False,
) -> Response[Any | ErrorBody]:
    """Wait for a run's result

     Answers with the final state once the run has ended, at once where it has ended already.

    Args:
        thread_id (str):
        run_id (str):
        cancel_on_disconnect (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = _get_kwargs(
        thread_id=thread_id,
        run_id=run_id,
        cancel_on_disconnect=cancel_on_disconnect,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    thread_id: str,
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    cancel_on_disconnect: bool | Unset = False,
) -> Any | ErrorBody | None:
    """Wait for a run's result

     Answers with the final state once the run has ended, at once where it has ended already.

    Args:
        thread_id (str):
        run_id (str):
        cancel_on_disconnect (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return (
        await asyncio_detailed(
            thread_id=thread_id,
            run_id=run_id,
            client=client,
            cancel_on_disconnect=cancel_on_disconnect,
        )
    ).parsed


PARAMETERS: frozenset[str] = frozenset(
    [
        "cancel_on_disconnect",
    ]
)
"""The keywords of `build_request` that go into the query or the headers."""


def build_request(
    thread_id: str | UUID,
    run_id: str | UUID,
    *,
    cancel_on_disconnect: bool | None = None,
) -> RequestParts:
    """Wait for a run's result: the request, unsent."""
    return RequestParts(
        method="GET",
        path=f"/threads/{path_segment('thread_id', thread_id)}/runs/{path_segment('run_id', run_id)}/join",
        query=wire_pairs(
            {
                "cancel_on_disconnect": cancel_on_disconnect,
            }
        ),
    )


def parse_result(data: Any) -> Any:
    """The result of a successful call, from its decoded JSON body."""
    return data
