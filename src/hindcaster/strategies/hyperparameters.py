"""Hyperparameters of a strategy: defaults, DNA, what the caller gives."""

from __future__ import annotations

from typing import Any, Final

from hindcaster.helpers import dna_to_hp

_SHOWN: Final = 16  # longer DNA is abbreviated


def values_for(strategy: Any, given: dict[str, Any] | None) -> dict[str, Any]:
    """Give what becomes ``self.hp``: the caller's, those of the DNA, or the defaults."""
    if given is not None:
        return given
    parameters = strategy.hyperparameters() or []
    dna = strategy.dna()
    if dna:
        return dna_to_hp(parameters, dna)
    return {parameter["name"]: parameter["default"] for parameter in parameters}


def table(strategy: Any) -> list[list[Any]]:
    """List hyperparameters as rows of name and value, the DNA first; empty without any."""
    if not strategy.hp:
        return []
    dna = strategy.dna() or ""
    if len(dna) > _SHOWN:
        dna = f"{dna[:5]}*****{dna[-5:]}"
    return [["DNA", dna], *([name, value] for name, value in strategy.hp.items())]
