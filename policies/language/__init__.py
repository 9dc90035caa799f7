"""The policy language: what the security team writes, read, checked against the names that exist, and compiled."""

from policies.language.compile import compile
from policies.language.inline import run_inline_tests
from policies.language.lint import overdue
from policies.language.problems import Doc, Problem
from policies.language.remarks import Held, Remark, remarks
from policies.language.vocabulary import Vocabulary

__all__ = [
    "Doc", "Held", "Problem", "Remark", "Vocabulary", "compile", "overdue", "remarks", "run_inline_tests",
]  # fmt: skip
