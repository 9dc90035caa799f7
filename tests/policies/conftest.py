"""Lets the tests below share plain modules of values (`decide_cases`, `guard_cases`)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
