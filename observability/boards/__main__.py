"""`python -m observability.boards` writes the reference to standard output."""

from __future__ import annotations

import sys

from observability.boards.reference import reference

sys.stdout.write(reference())
