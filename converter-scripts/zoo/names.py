"""Node and tensor names of the two generations of torch's ONNX exporter."""

from __future__ import annotations

from collections import Counter
from typing import Protocol


class Names(Protocol):
    """Names nodes and tensors in the order in which an exporter visits them."""

    def node(self, op_type: str, scope: list[str]) -> str:
        """The name of the next node."""
        ...

    def tensor(self, node: str) -> str:
        """The name of a node's first output."""
        ...

    def folded(self, op_type: str) -> str:
        """The name of a constant that the exporter computed itself, used by an `op_type`."""
        ...

    def resolve(self, name: str, parameters: int) -> str:
        """A tensor's final name, once the number of the graph's parameters is known."""
        ...


_BUFFERS = 8  # numbers taken by the detection layer's buffers


class LegacyNames:
    """torch <= 1.12: nodes are `<Op>_<counter>`, tensors are numbers.

    The counter counts every node, Constants too. Tensor numbers start after those of the input, the
    parameters and the buffers; constants folded by the exporter come last. The numbers are known
    only at the end: until then a tensor is `%n` and a folded constant `%+n`.
    """

    def __init__(self) -> None:
        self._nodes = 0
        self._tensors = 0
        self._folded = 0

    def node(self, op_type: str, scope: list[str]) -> str:
        name = f"{op_type}_{self._nodes}"
        self._nodes += 1
        return name

    def tensor(self, node: str) -> str:
        name = f"%{self._tensors}"
        self._tensors += 1
        return name

    def folded(self, op_type: str) -> str:
        name = f"%+{self._folded}"
        self._folded += 1
        return name

    def resolve(self, name: str, parameters: int) -> str:
        first = 1 + parameters + _BUFFERS
        if name.startswith("%+"):
            return str(first + self._tensors + int(name[2:]))
        return str(first + int(name[1:])) if name.startswith("%") else name


class ModernNames:
    """torch >= 1.13: a node's name is its module's path, `/model.32/m.0/Conv`."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._folded = 0

    def node(self, op_type: str, scope: list[str]) -> str:
        name = "/" + "/".join([*scope, op_type])
        again = self._seen[name]
        self._seen[name] += 1
        return f"{name}_{again}" if again else name

    def tensor(self, node: str) -> str:
        return f"{node}_output_0"

    def folded(self, op_type: str) -> str:
        name = f"onnx::{op_type}_{self._folded}"
        self._folded += 1
        return name

    def resolve(self, name: str, parameters: int) -> str:
        return name


def parameter_path(scope: list[str]) -> str:
    """The dotted path of a module in torch's state dict, from the scope of its nodes.

    A Sequential that is itself called repeats its name in its children's scope (`m`, `m.0`).
    """
    path: list[str] = []
    for part in scope:
        if path and part.startswith(path[-1] + "."):
            path[-1] = part
        else:
            path.append(part)
    return ".".join(path)
