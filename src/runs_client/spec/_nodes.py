"""Places in a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ._contract import ContractError, reference_of


@dataclass(frozen=True)
class Node:
    """A value in a document, and where it stands. Two nodes of one document are equal where they stand at one place.

    Attributes:
        keys: The way from the top of the document.
        data: The value.
        document: The document.
    """

    keys: tuple[Any, ...]
    data: Any = field(compare=False, repr=False)
    document: dict[str, Any] = field(compare=False, repr=False)

    @classmethod
    def top(cls, document: dict[str, Any]) -> Node:
        """The document itself."""
        return cls((), document, document)

    @property
    def pointer(self) -> str:
        """JSON pointer (RFC 6901) of the place."""
        return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.keys)

    def at(self, *keys: Any) -> Node:
        """What stands under these keys.

        Raises:
            ContractError: The document has another shape there.
        """
        data = self.data
        for key in keys:
            if not (key in data if isinstance(data, dict) else isinstance(data, list) and isinstance(key, int)):
                raise ContractError(f"{self.pointer or 'the document'} has no {key}")
            data = data[key]
        return Node(self.keys + keys, data, self.document)

    def has(self, key: str) -> bool:
        """Whether something stands under a key."""
        return isinstance(self.data, dict) and key in self.data

    def get(self, key: str, default: Any = None) -> Any:
        """The value under a key."""
        return self.data.get(key, default)

    def members(self, key: str) -> Iterator[tuple[Any, Node]]:
        """The names and values of the object under a key.

        Raises:
            ContractError: It is no object.
        """
        holder = self._holder(key, dict, "an object")
        return ((name, holder.at(name)) for name in holder.data)

    def items(self, key: str) -> Iterator[Node]:
        """The items of the list under a key.

        Raises:
            ContractError: It is no list.
        """
        holder = self._holder(key, list, "a list")
        return (holder.at(index) for index in range(len(holder.data)))

    def _holder(self, key: str, kind: type, name: str) -> Node:
        holder = self.at(key) if self.has(key) else Node((), kind(), self.document)
        if not isinstance(holder.data, kind):
            raise ContractError(f"{holder.pointer} must be {name}")
        return holder

    def target(self) -> Node | None:
        """Where its `$ref` leads, if it has one.

        Raises:
            ContractError: It leads nowhere, or out of the document.
        """
        reference = reference_of(self.data) if isinstance(self.data, dict) else None
        if reference is None:
            return None
        root, _, path = reference.partition("#")
        node = Node.top(self.document)
        try:
            if root or path[:1] not in ("", "/"):
                raise ContractError("another document")
            for key in path.split("/")[1:]:
                key = unquote(key).replace("~1", "/").replace("~0", "~")
                node = node.at(int(key) if isinstance(node.data, list) and key.isdecimal() else key)
        except (ContractError, IndexError) as error:
            raise ContractError(f"{reference}, used at {self.pointer}, leads nowhere") from error
        return node

    def followed(self) -> Node:
        """What it stands for, once its references are followed.

        Raises:
            ContractError: They lead nowhere, in a circle, or to what is no object.
        """
        node: Node = self
        passed: set[Node] = {node}
        while (target := node.target()) is not None:
            if target in passed:
                raise ContractError(f"the $ref at {self.pointer} leads in a circle")
            passed.add(target)
            node = target
        if not isinstance(node.data, dict):
            raise ContractError(f"{node.pointer} is no object")
        return node
