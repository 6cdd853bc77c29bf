"""Record the signatures of all indicators of Jesse 3.5.3, run by its own environment.

    .cache/jesse/bin/python tests/parity/indicators/make_signatures.py \
        tests/parity/golden/indicator_signatures_jesse_3.5.3.json
"""

import inspect
import json
import sys
from pathlib import Path

REQUIRED = "required"


def signatures(package: object) -> dict[str, list[list[object]]]:
    """Give each public function's parameters in order, with their defaults."""
    found = {}
    for name in sorted(vars(package)):
        function = getattr(package, name)
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        parameters = inspect.signature(function).parameters.values()
        found[name] = [
            [p.name, REQUIRED if p.default is inspect.Parameter.empty else p.default]
            for p in parameters
        ]
    return found


if __name__ == "__main__":
    import jesse.indicators

    rows = signatures(jesse.indicators)
    lines = ",\n".join(f'"{name}": {json.dumps(row)}' for name, row in rows.items())
    Path(sys.argv[1]).write_text("{\n" + lines + "\n}\n")
    print(len(rows))
