from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from ...models.cancel_action import CancelAction
from ...models.error_body import ErrorBody
from ...models.runs_cancel import RunsCancel
from ...types import UNSET, RequestParts, Response, Unset, wire_pairs

if TYPE_CHECKING:
    import httpx

    from ... import payloads
    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    *,
    body: RunsCancel,
    action: CancelAction | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    json_action: str | Unset = UNSET
    if not isinstance(action, Unset):
        json_action = action

    params["action"] = json_action

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/runs/cancel",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorBody:
    if response.status_code == 200:
        response_200 = cast(Any, None)
        return response_200

    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
    *,
    client: AuthenticatedClient | Client,
    body: RunsCancel,
    action: CancelAction | Unset = UNSET,
) -> Response[Any | ErrorBody]:
    """Cancel several runs

     Names the runs by thread and run ids, or by their status.

    Args:
        action (CancelAction | Unset):
        body (RunsCancel): Names runs by `thread_id` and `run_ids`, or by `status`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
        action=action,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: RunsCancel,
    action: CancelAction | Unset = UNSET,
) -> Any | ErrorBody | None:
    """Cancel several runs

     Names the runs by thread and run ids, or by their status.

    Args:
        action (CancelAction | Unset):
        body (RunsCancel): Names runs by `thread_id` and `run_ids`, or by `status`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return sync_detailed(
        client=client,
        body=body,
        action=action,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RunsCancel,
    action: CancelAction | Unset = UNSET,
) -> Response[Any | ErrorBody]:
    """Cancel several runs

     Names the runs by thread and run ids, or by their status.

    Args:
        action (CancelAction | Unset):
        body (RunsCancel): Names runs by `thread_id` and `run_ids`, or by `status`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = _get_kwargs(
        body=body,
        action=action,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: RunsCancel,
    action: CancelAction | Unset = UNSET,
) -> Any | ErrorBody | None:
    """Cancel several runs

     Names the runs by thread and run ids, or by their status.

    Args:
        action (CancelAction | Unset):
        body (RunsCancel): Names runs by `thread_id` and `run_ids`, or by `status`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            action=action,
        )
    ).parsed


PARAMETERS: frozenset[str] = frozenset(
    [
        "action",
    ]
)
"""The keywords of `build_request` that go into the query or the headers."""

BODY_FIELDS: frozenset[str] = frozenset(
    [
        "thread_id",
        "run_ids",
        "status",
    ]
)
"""The fields of the body, as they are named on the wire."""


def build_request(
    *,
    body: payloads.RunsCancelPayload,
    action: payloads.CancelAction | None = None,
) -> RequestParts:
    """Cancel several runs: the request, unsent."""
    return RequestParts(
        method="POST",
        path=f"/runs/cancel",
        query=wire_pairs(
            {
                "action": action,
            }
        ),
        body=body,
    )
