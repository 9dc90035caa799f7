"""The laws of the house that can be read off the source: who imports whom, and which package lives where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WINGS = ("adapters", "policies", "observability")
ROOMS = (*WINGS, "gateway")

# One third-party package for one concern, imported in one room. Where a value ends in "/" the room is a folder.
PLACES = {
    "aiohttp": ("adapters/transport/",),
    "multidict": ("adapters/transport/",),
    "yarl": ("adapters/transport/",),
    "ahocorasick_rs": ("policies/detectors/keywords.py",),
    "re2": ("policies/detectors/patterns.py",),
    "stdnum": ("policies/detectors/",),
    "jsonschema_rs": ("policies/schemas.py",),
    "phonenumbers": ("policies/detectors/",),
    "prometheus_client": (),  # tests read what we write with it
    "opentelemetry": ("observability/tracing/",),
    "grpc": ("observability/tracing/sending_grpc.py",),
    "pypdf": ("gateway/reading/pdf.py",),
    "yaml": ("gateway/documents/",),
    "leather": ("gateway/drills/plots.py", "gateway/promises/plots.py", "observability/reports/usage_plots.py"),
    "redis": ("gateway/state/redis.py",),
    "uvloop": ("gateway/serve.py",),
    "uvicorn": ("gateway/server/", "adapters/vendors/simulator/"),
    "starlette": (
        "gateway/control.py",
        "gateway/drills/control.py",
        "gateway/health.py",
        "gateway/stopping/control.py",
        "gateway/quota/control.py",
        "gateway/webhooks/control.py",
        "adapters/vendors/simulator/",
    ),
    "httptools": (),
    "httpx": ("gateway/cli/", "gateway/bridge/"),
    "cryptography": ("gateway/bundle/signing.py", "gateway/identity/sealing.py", "gateway/tls/material.py"),
    "botocore": ("adapters/clouds/aws.py",),
    "google": ("adapters/clouds/google.py",),
    "azure": ("adapters/clouds/azure.py",),
    "litellm": ("gateway/bridge/calls.py",),
    "orjson": tuple(f"{room}/" for room in ROOMS),
}


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, also inside functions and under TYPE_CHECKING."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def test_a_wing_imports_neither_another_wing_nor_the_roof() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for wing in WINGS
        for path in (ROOT / wing).rglob("*.py")
        for module in imports(path)
        if module.split(".")[0] in ROOMS and module.split(".")[0] != wing
    ]
    assert not wrong


def test_each_package_is_imported_in_one_room() -> None:
    import sys

    wrong = []
    for path in sources():
        where = path.relative_to(ROOT).as_posix()
        for module in imports(path):
            package = module.split(".")[0]
            if package in sys.stdlib_module_names or package in ROOMS:
                continue
            places = PLACES.get(package)
            if places is None or not any(where == p or (p.endswith("/") and where.startswith(p)) for p in places):
                wrong.append(f"{where} imports {package}")
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_is_named_after_nothing(room: str) -> None:
    empty_names = {"utils", "util", "common", "helpers", "core", "manager", "misc"}
    assert not [p for p in (ROOT / room).rglob("*") if p.stem in empty_names]


def test_policies_do_no_io_and_read_no_clock() -> None:
    forbidden = {"logging", "time", "socket", "asyncio", "subprocess", "os", "pathlib", "urllib.request", "threading"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in (ROOT / "policies").rglob("*.py")
        for module in imports(path)
        if module in forbidden
    ]
    assert not wrong


def test_no_python_regular_expression_runs_per_rule() -> None:
    """`re` may read the language of patterns; what runs over prompts is RE2."""
    allowed = {"policies/detectors/syntax.py", "policies/language/problems.py"}
    wrong = []
    for path in (ROOT / "policies").rglob("*.py"):
        where = path.relative_to(ROOT).as_posix()
        if where not in allowed and any(m == "re" for m in imports(path)):
            wrong.append(where)
    assert not wrong


def test_no_possessive_repeat_of_a_group() -> None:
    """CPython before 3.11.5 matches them wrongly (gh-106052), and Debian 12 ships 3.11.2."""
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(sign in line for sign in (")*+", ")++", ")?+", "(?>"))
    ]
    assert not wrong


def test_no_middleware_and_no_broad_except_without_a_reason() -> None:
    wrong = []
    for path in sources():
        text = path.read_text()
        if "BaseHTTPMiddleware" in text:
            wrong.append(f"{path}: BaseHTTPMiddleware")
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception"):
                line = text.splitlines()[node.lineno - 1]
                if "#" not in line:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: broad except without a reason")
    assert not wrong


def test_functions_fit_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno is not None
        and node.end_lineno - node.lineno > 60
    ]
    assert not long


def test_every_module_says_what_it_is() -> None:
    assert not [str(p.relative_to(ROOT)) for p in sources() if not ast.get_docstring(parsed(p))]


def test_neither_a_serving_process_nor_a_supervisor_loads_what_the_bridge_does() -> None:
    """litellm takes seconds and some hundred megabytes; httpx is for the command line and the bridge."""
    import subprocess
    import sys

    program = (
        "import sys; import gateway.serve, gateway.workers.serving, gateway.supervisor; "
        "print([m for m in ('litellm', 'httpx', 'gateway.bridge.calls', 'gateway.bridge.app') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_litellm_is_named_where_it_is_loaded_and_nowhere_else() -> None:
    """It is loaded by name, since a serving process must be able to read the module that would load it."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        if path.relative_to(ROOT).as_posix() not in PLACES["litellm"]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(("import_module", "__import__"))
        and "litellm" in ast.unparse(node)
    ]
    assert not wrong
