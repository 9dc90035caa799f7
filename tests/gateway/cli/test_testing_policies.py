"""The example of the how-to on testing policies, as it stands there."""

from pathlib import Path

from .test_commands import ROOT

PAGE = (ROOT / "docs/howto/testing-policies.md").read_text("utf-8").split("## An example")[1]
COMMAND = ("policy", "test", "--policy", "tender", "--coverage", "--mutate")


def blocks(kind: str) -> list[str]:
    return [block.split("```")[0] for block in PAGE.split(f"```{kind}\n")[1:]]


def test_the_example_says_what_the_page_says(home: Path, ecluse):
    assert f"`ecluse {' '.join(COMMAND)}`" in PAGE
    policy, cases = blocks("yaml")
    missing, proven = blocks("text")
    for other in (home / "bundle").glob("*.yaml"):
        if other.stem not in ("contracts", "use_cases", "defaults"):
            other.unlink()
    file = home / "bundle" / "tender.yaml"
    file.write_text(policy)
    code, out, err = ecluse(*COMMAND)
    assert code == 1
    assert (out + err).replace(f"{home}/", "") == missing
    file.write_text(policy + cases)
    code, out, err = ecluse(*COMMAND)
    assert (code, err) == (0, "")
    assert out == proven
