"""The cases that policies bring along (`tests:`), run on the real engine."""

from __future__ import annotations

from datetime import datetime

from policies.decide import Policies
from policies.language.problems import Problem
from policies.language.trials import Stage, TestEngine, differences, trials
from policies.language.vocabulary import Vocabulary


def run_inline_tests(
    policies: Policies, engine: TestEngine, vocabulary: Vocabulary, now: datetime | None = None
) -> list[Problem]:
    """A problem for each case that isn't decided as it expects. now: the day that exceptions are judged on.

    `verdict: redact` stands for a call that is allowed with something redacted, `pseudonymise` for one in which
    everything that is replaced comes back, `allow` for one that leaves as it is.
    """
    ready, problems = trials(policies.tests, Stage(engine, vocabulary, now))
    for trial in ready:
        problems += differences(trial.case, trial.outcome(policies))
    return problems
