"""What every Python client does: it asks for the weather of two towns through a tool, and prints what came of it.

A client's script runs in the environment of the client, with the gateway's URL and what it is to ask as a JSON list of
`[dialect, model]`; the key stands in $ECLUSE_KEY. It prints one JSON object a line.
"""

import json
import os
import sys
import time
import traceback

URL, ASKED, KEY = sys.argv[1], json.loads(sys.argv[2]), os.environ["ECLUSE_KEY"]
TOWNS = ("Lyon", "Paris")
WISHES = "".join(f'[[sim:tool=weather {{"town": "{town}"}}]] ' for town in TOWNS)
PARALLEL = f"{WISHES}[[sim:parallel]] [[sim:echo]] How is the weather?"
ONE = f"{WISHES}[[sim:echo]] How is the weather?"
HELP = "The weather of a town."
SCHEMA = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}


def weather(town: str) -> str:
    """The tool, as staff would write it."""
    return f"18 degrees in {town}"


def each(version, ways):
    """Run the way of each dialect that is asked; print what it returned, or how it failed."""
    for dialect, model in ASKED:
        began = time.monotonic()
        said = {"dialect": dialect, "model": model, "version": version}
        try:
            said |= ways[dialect](model)
        except Exception as error:  # noqa: BLE001 - whatever fails is told
            said["failed"] = f"{type(error).__name__}: {error}"[:2000]
            traceback.print_exc()
        print(json.dumps(said | {"seconds": round(time.monotonic() - began, 2)}), flush=True)


def status(ask):
    """The HTTP status that a client reports."""
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - each SDK has its own
        return getattr(error, "status_code", None) or getattr(error, "code", None)
    return None
