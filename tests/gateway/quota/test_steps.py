"""The steps in which an answer of unstated length is held."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.quota.steps import BYTES_PER_TOKEN, Steps, metered


def test_more_is_asked_for_before_it_runs_out():
    steps = Steps(4096)
    assert (steps.held, steps.due) == (4096, 3072 * BYTES_PER_TOKEN)
    assert steps.wanted() == [4096, 1024, 256]
    steps.grew(4096)
    assert (steps.held, steps.extended, steps.due) == (8192, 4096, 7168 * BYTES_PER_TOKEN)
    steps.ended()
    assert steps.due == 8192 * BYTES_PER_TOKEN
    assert not steps.over(steps.due) and steps.over(steps.due + 1)


@given(st.integers(1, 10_000), st.lists(st.integers(0, 5_000), max_size=60), st.integers(0, 100_000))
def test_what_has_come_is_never_more_than_what_is_held_unless_all_is_used(step: int, chunks: list[int], room: int):
    """A stream goes on only while what it came to is held, however it is cut and however much room there is."""
    steps, size = Steps(step), 0
    for chunk in chunks:
        size += chunk
        while size > steps.due:
            granted = next((n for n in steps.wanted() if n <= room), None)
            if granted is None:
                if steps.over(size):
                    assert metered(size) > steps.held and room < steps.wanted()[-1]
                    return
                steps.ended()
            else:
                room -= granted
                steps.grew(granted)
        assert metered(size) <= steps.held == step + steps.extended
