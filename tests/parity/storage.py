"""Golden files: outcomes of recorded runs, compressed without loss.

File layout (NumPy `.npz`): `text` is an LZMA-compressed JSON list with one outcome per case, in
which every float stands as a placeholder; `floats` holds all float64 values, in order, as eight
LZMA-compressed byte planes (exact, and half the size of plain compression); `offsets` is the number
of floats before each case.
"""

from __future__ import annotations

import functools
import json
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np


def _pack(value: Any, floats: list[np.ndarray]) -> Any:
    if isinstance(value, dict):
        return {key: _pack(item, floats) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pack(item, floats) for item in value]
    if isinstance(value, np.ndarray):
        floats.append(value.astype("float64"))
        return {"#": len(value)}
    if isinstance(value, float):
        floats.append(np.array([value]))
        return 0.0
    return value


def _unpack(value: Any, floats: Iterator[float]) -> Any:
    if isinstance(value, dict):
        if "#" in value:
            return np.array([next(floats) for _ in range(value["#"])], dtype="float64")
        return {key: _unpack(item, floats) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpack(item, floats) for item in value]
    return next(floats) if isinstance(value, float) else value


def save(path: Path, outcomes: Iterable[dict[str, Any]]) -> None:
    """Write outcomes to a golden file."""
    floats: list[np.ndarray] = [np.empty(0)]
    texts, offsets = [], [0]
    for outcome in outcomes:
        before = len(floats)
        texts.append(_pack(outcome, floats))
        offsets.append(offsets[-1] + sum(map(len, floats[before:])))
    pool = np.concatenate(floats)
    planes = pool.view(np.uint8).reshape(-1, 8).T.tobytes()
    text = json.dumps(texts, separators=(",", ":"), allow_nan=False).encode()
    np.savez(
        path,
        text=np.frombuffer(lzma.compress(text, preset=9), dtype=np.uint8),
        floats=np.frombuffer(lzma.compress(planes, preset=9), dtype=np.uint8),
        offsets=np.array(offsets[:-1], dtype="int64"),
    )


@functools.lru_cache(maxsize=2)
def _read(path: Path) -> tuple[list[Any], list[np.ndarray]]:
    with np.load(path) as file:
        texts = json.loads(lzma.decompress(file["text"].tobytes()))
        planes = np.frombuffer(lzma.decompress(file["floats"].tobytes()), dtype=np.uint8)
        offsets = file["offsets"]
    pool = np.ascontiguousarray(planes.reshape(8, -1).T).view("float64").ravel()
    return texts, np.split(pool, offsets[1:])


def load(path: Path, chunk: int = 0, chunks: int = 1) -> list[dict[str, Any]]:
    """Read the outcomes of a golden file, or every `chunks`-th one starting at `chunk`."""
    texts, floats = _read(path)
    return [
        _unpack(text, iter(values.tolist()))
        for text, values in zip(texts[chunk::chunks], floats[chunk::chunks], strict=True)
    ]
