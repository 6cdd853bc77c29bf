"""All probes, c01 to c45, in order; run as a script it prints one JSON line per probe.

The package is hindcaster unless the environment variable PROBE_PACKAGE names another:
``PROBE_PACKAGE=backtesting python -m tests.parity.probes.cases`` gave `expected.jsonl`, from
version 0.6.6 with pandas 3.1.1 and NumPy 2.4.6.
"""

import json

from . import interface, metrics, orders, support

__all__ = ["CASES", "interface", "metrics", "orders"]

CASES = dict(sorted(support.CASES.items()))


def main():
    for name, probe in CASES.items():
        print(json.dumps({"case": name, "out": support.clean(probe())}, ensure_ascii=False))


if __name__ == "__main__":
    main()
