"""`python -m observability.families` writes the reference to standard output."""

from __future__ import annotations

import sys

from observability.families.reference import reference

sys.stdout.write(reference())
