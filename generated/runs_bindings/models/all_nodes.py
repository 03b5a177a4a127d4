from typing import Literal

AllNodes = Literal["*"]

ALL_NODES_VALUES: set[AllNodes] = {
    "*",
}


def check_all_nodes(value: str) -> AllNodes:
    if value in ALL_NODES_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ALL_NODES_VALUES!r}")
