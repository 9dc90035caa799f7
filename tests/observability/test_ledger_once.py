"""What is remembered of what was read: the last of it, and never more than twice as much as it takes."""

from observability.ledger.once import Lately


def test_the_last_are_remembered_and_memory_is_bounded():
    lately = Lately(3)
    for number in range(10):
        assert number not in lately
        lately.add(number)
        assert all(one in lately for one in range(max(number - 2, 0), number + 1))
    assert sum(number in lately for number in range(10)) < 6
