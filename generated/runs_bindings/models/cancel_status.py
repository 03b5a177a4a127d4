from typing import Literal

CancelStatus = Literal["all", "pending", "running"]

CANCEL_STATUS_VALUES: set[CancelStatus] = {
    "all",
    "pending",
    "running",
}


def check_cancel_status(value: str) -> CancelStatus:
    if value in CANCEL_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CANCEL_STATUS_VALUES!r}")
