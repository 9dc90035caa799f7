import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.main import COMMANDS, main, parser
from tests.gateway.tls.papers import Authority

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "commands.md"
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def options(name: str):
    """Every parser of a command with its title: its own, or one for each subcommand."""
    top = parser([name])
    (commands,) = (a for a in top._actions if a.dest == "command")
    sub = commands.choices[name]
    inner = [a for a in sub._actions if a.dest == "what"]
    return {f"{name} {what}": p for a in inner for what, p in a.choices.items()} or {name: sub}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_on_the_reference_page(name):
    sections = PAGE.read_text("utf-8").split("\n## ecluse ")
    for title, sub in options(name).items():
        longer = tuple(f"{other} " for other in COMMANDS if other.startswith(f"{title} "))
        heads = {f"{s.splitlines()[0]} ": s for s in sections}
        (section,) = (s for head, s in heads.items() if head.startswith(f"{title} ") and not head.startswith(longer))
        for action in sub._actions:
            for option in action.option_strings[-1:]:
                assert option == "--help" or f"| `{option}" in section, f"{title}: {option} is not described"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_teaches(name, capsys):
    with pytest.raises(SystemExit) as done:
        main([name, "--help"])
    assert done.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_a_wrong_command_is_code_2(capsys):
    for words in (["srve"], [], ["keys", "nwe"]):
        with pytest.raises(SystemExit) as done:
            main(words)
        assert done.value.code == 2


def test_init_makes_a_folder_that_is_accepted_and_never_overwrites(home: Path, ecluse, capsys):
    assert {p.name for p in home.iterdir()} == {"config.yaml", "bundle", "keyring"}
    assert stat.S_IMODE((home / "keyring").stat().st_mode) == 0o700
    code, out, err = ecluse("check")
    assert (code, err) == (0, "") and out.splitlines()[-1].startswith(
        "ok: 3 vendors, 13 destinations, 7 models, 3 contracts"
    )
    assert not [line for line in out.splitlines() if "not routable" in line]
    assert main(["init", str(home)]) == 1
    assert "nothing was made" in capsys.readouterr().err


def test_check_names_faults_at_their_place(home: Path, ecluse):
    edit(home / "config.yaml", "contract: alpha-us", "contract: alpha-uk")
    code, out, err = ecluse("check")
    assert (code, out) == (1, "")
    assert err.startswith(f"{home}/config.yaml:") and "there is no contract alpha-uk" in err


def unset(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """References wherever there can be one, to variables that only the service has."""
    monkeypatch.delenv("THE_SERVICES_OWN", raising=False)
    config = home / "config.yaml"
    text = re.sub(r"^(shared|webhooks|tracing):.*?(?=^\w|\Z)", "", config.read_text(), flags=re.MULTILINE | re.DOTALL)
    paid = 'vendors:\n  paid: {kind: mistral, credentials: ["${THE_SERVICES_OWN}", "${ANOTHER_OF_IT}"]}\n'
    config.write_text(
        text.replace("vendors:\n", paid, 1)
        + """
shared: {store: redis, url: "${THE_SERVICES_OWN}"}
webhooks: {ops: {format: slack, address: "${THE_SERVICES_OWN}", secret: "${THE_SERVICES_OWN}"}}
tracing: {credential: "${THE_SERVICES_OWN}"}
"""
    )


def test_check_does_without_the_services_environment(home: Path, ecluse, monkeypatch):
    unset(home, monkeypatch)
    code, out, err = ecluse("check")
    assert (code, err) == (0, "")
    notes = [line for line in out.splitlines() if "is not set" in line]
    assert notes == [
        f"note: ${{{name}}} is not set here: the service must have it" for name in ("THE_SERVICES_OWN", "ANOTHER_OF_IT")
    ]
    edit(home / "bundle" / "use_cases.yaml", "kind: UseCase", "kind: UseCake")
    code, _, err = ecluse("check")
    assert code == 1 and "use_cases.yaml:" in err and "UseCake" in err and "not set" not in err


@pytest.mark.parametrize(
    "words",
    [
        ("models",),
        ("prices", "show"),
        ("prices", "check"),
        ("detectors", "fin.iban"),
        ("detect",),
        ("explain",),
        ("policy", "check"),
        ("policy", "test"),
        ("policy", "vocabulary"),
    ],
    ids=" ".join,
)
def test_what_sends_nothing_does_without_the_services_environment(home: Path, ecluse, monkeypatch, words):
    unset(home, monkeypatch)
    code, _, err = ecluse(*words, stdin="hello")
    assert (code, err) == (0, "")


def test_what_sends_needs_what_it_sends(home: Path, ecluse, monkeypatch):
    unset(home, monkeypatch)
    code, _, err = ecluse("models", "discover")
    assert code == 1 and "the environment variable THE_SERVICES_OWN is not set" in err


def test_check_judges_the_certificate(home: Path, ecluse):
    authority = Authority()
    authority.issue(ends=10).into(home)
    config = home / "config.yaml"
    text = config.read_text()
    assert "certificate: null" in text
    text = text.replace("certificate: null", "certificate: tls.pem")
    config.write_text(text)
    code, _, said = ecluse("check")
    assert (code, "a certificate needs its key" in said) == (1, True)
    config.write_text(text.replace("    key: null ", "    key: tls.key "))
    code, said, wrong = ecluse("check")
    assert (code, wrong) == (0, "")
    assert "note: server.tls.certificate: ends on" in said
    (home / "tls.pem").write_bytes(authority.issue().chain)
    code, _, said = ecluse("check")
    assert code == 1
    assert said.splitlines()[-1] == f"{config}: server.tls.key: isn't the key of the certificate"


def test_check_shows_no_name_in_a_certificate_that_a_terminal_would_obey(home: Path, ecluse):
    issued = Authority("\x1b[2Jall is well").issue()
    issued.into(home)
    (home / "tls.pem").write_bytes(issued.alone)
    config = home / "config.yaml"
    text = config.read_text().replace("certificate: null", "certificate: tls.pem")
    config.write_text(text.replace("    key: null ", "    key: tls.key "))
    _, said, _ = ecluse("check")
    assert "its issuer (CN=?[2Jall is well)" in said and "\x1b" not in said


def test_check_fails_on_what_is_overdue(home: Path, ecluse):
    (home / "bundle" / "late.yaml").write_text(
        "kind: EgressPolicy\npolicy: late\nowner: me\nrules:\n"
        "  - {id: late-rule, when: {findings: {any_of: [fin.iban]}}, action: redact,\n"
        "     mode: shadow, shadow_until: 2026-01-01}\n"
    )
    code, out, err = ecluse("check")
    assert code == 1 and f"{home}/bundle/late.yaml:6:" in err and "late-rule is still in shadow" in err
    assert "ok:" not in out


def test_check_runs_the_cases_of_policies(home: Path, ecluse):
    (home / "bundle" / "own.yaml").write_text(
        "kind: EgressPolicy\npolicy: own\nowner: me\nrules:\n"
        "  - {id: own-rule, when: {findings: {any_of: [contact.email]}}, action: deny}\n"
        "tests:\n  - {name: none, text: bonjour, to: alpha/gpt-4o, expect: {verdict: deny, rules: [own-rule]}}\n"
    )
    code, _, err = ecluse("check")
    assert code == 1 and f"{home}/bundle/own.yaml:7:" in err


def test_models_shows_where_each_goes(ecluse):
    code, out, _ = ecluse("models")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("gpt-4o   (also gpt-4o-2024-11-20")
    assert lines[1].startswith("  alpha/gpt-4o: gpt-4o at alpha, region us, ")
    assert "maison" in lines


def test_explain_says_what_is_found_and_ruled_and_never_the_value(ecluse):
    code, out, err = ecluse("explain", "--model", "gpt-4o", "--team", "finance", stdin=f"Mon IBAN est {IBAN}, merci")
    assert (code, err) == (0, "")
    assert "fin.iban" in out and "characters 14 to 46" in out
    assert "alpha/gpt-4o" in out and "beta/gpt-4o" in out and "internal/maison" not in out
    assert "redacted" in out and "matched" in out
    for piece in ("FR76", "3000", "6000", "189"):
        assert piece not in out


def test_explain_lets_the_internal_model_have_it(ecluse):
    code, out, _ = ecluse("explain", "--model", "maison", "--all-rules", stdin=f"IBAN {IBAN}")
    assert code == 0 and "  verdict: allow\n" in out
    assert "it is: " in out


def test_explain_reads_a_file_and_tells_refusals_by_its_exit_code(home: Path, ecluse):
    file = home / "text"
    body = "MIIEpAIBAAKCAQEAx3k2v9Qd7Rz1Yf0uWm5Tn8LbKq4Hc6Jw"
    file.write_text(f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n")
    code, out, _ = ecluse("explain", str(file), "--model", "gpt-4o")
    assert code == 1 and "secret.private_key" in out and "verdict: deny" in out and "MIIE" not in out
    assert ecluse("explain", str(home / "none"))[0] == 1
    file.write_bytes(b"\xff")
    assert "isn't UTF-8" in ecluse("explain", str(file))[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model", "gpt4o"), "there is no model gpt4o (did you mean gpt-4o?)"),
        (("--team", "finanse"), "there is no team finanse (did you mean finance?)"),
        (("--use-case", "nope"), "there is no use case nope"),
        (("--group", "hrr"), "there is no group hrr (did you mean hr?)"),
    ],
)
def test_explain_does_not_explain_a_typo(ecluse, words, said):
    assert ecluse("explain", *words)[::2] == (1, said + "\n")


def test_a_ledger_that_is_not_there(ecluse):
    code, _, err = ecluse("ledger", "tail")
    assert code == 1 and "there is no ledger" in err


def test_no_file_takes_the_place_of_a_standard_stream_that_is_closed():
    code = "import sys; from gateway.cli import main; main._without_holes(); f = open('/'.join(['', 'dev', 'null']))"
    code += "; print(f.fileno() > 2, sys.stdin.fileno(), sys.stderr.fileno()); sys.stderr.write('lost')"
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" 0<&- 2>&-', sys.executable, code], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("True 0 2\n", "")
