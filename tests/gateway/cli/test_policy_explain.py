"""`ecluse policy explain`: texts and bodies of requests, per destination, rule by rule."""

import base64
import json
from pathlib import Path

import pytest

IBAN = "FR76 3000 6000 0112 3456 7890 189"
ALPHA, HOME = ("--to", "alpha/gpt-4o"), ("--to", "internal/maison")


def test_a_text_is_explained_rule_by_rule(ecluse):
    code, out, err = ecluse("policy", "explain", *ALPHA, *HOME, "--as", "team=finance", stdin=f"Mon IBAN est {IBAN}")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Found: 1"
    assert lines[1].split()[:5] == ["fin.iban", "characters", "14", "to", "46"] and "confidence" in lines[1]
    assert [line for line in lines if line.startswith(("alpha/gpt-4o:", "internal/maison:"))]
    assert "beta/gpt-4o" not in out and "FR76" not in out
    verdicts = [line for line in lines if "verdict:" in line]
    assert verdicts == ["  verdict: allow, 1 place redacted", "  verdict: allow"]
    assert "destination.external is true; it is: false" in out


def test_the_same_for_machines(ecluse):
    code, out, _ = ecluse("policy", "explain", *ALPHA, "--json", stdin=f"Mon IBAN est {IBAN}")
    told = json.loads(out)
    assert code == 0 and told["permitted"] is True
    (finding,) = told["findings"]
    assert (finding["detector"], finding["start"], finding["role"], finding["message"]) == ("fin.iban", 13, "user", 0)
    (there,) = told["destinations"]
    assert (there["destination"], there["verdict"], there["redacted"]) == ("alpha/gpt-4o", "allow", 1)
    outcomes = {rule["outcome"] for rule in there["rules"]}
    assert outcomes == {"matched", "no"} and len(there["rules"]) > 10


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (
            "openai_chat",
            {
                "model": "gpt-4o",
                "messages": [
                    {"role": "system", "content": "Réponds en français."},
                    {"role": "user", "content": f"Mon IBAN est {IBAN}"},
                ],
            },
        ),
        (
            "anthropic_messages",
            {
                "model": "gpt-4o",
                "max_tokens": 10,
                "messages": [
                    {"role": "assistant", "content": "Bonjour"},
                    {"role": "user", "content": [{"type": "text", "text": f"Mon IBAN est {IBAN}"}]},
                ],
            },
        ),
        ("openai_responses", {"model": "gpt-4o", "store": False, "input": f"Mon IBAN est {IBAN}"}),
    ],
)
def test_a_body_is_read_as_the_gateway_reads_it(home: Path, ecluse, dialect, body):
    file = home / "request.json"
    file.write_text(json.dumps(body))
    code, out, err = ecluse("policy", "explain", "--body", str(file), "--dialect", dialect, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    (finding,) = told["findings"]
    assert (finding["detector"], finding["role"], finding["start"]) == ("fin.iban", "user", 13)
    # The model that it asks for, and no other, says where it may go.
    assert [one["destination"] for one in told["destinations"]] == ["alpha/gpt-4o", "beta/gpt-4o"]


def test_places_are_told_where_there_are_several(home: Path, ecluse):
    file = home / "request.json"
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    text = {"type": "text", "text": f"Mon IBAN est {IBAN}"}
    messages = [{"role": "user", "content": "Bonjour"}, {"role": "user", "content": [text, image]}]
    file.write_text(json.dumps({"model": "gpt-4o", "messages": messages}))
    code, out, _ = ecluse("policy", "explain", "--body", str(file))
    assert code == 1 and "message 2, user, characters 14 to 46" in out
    assert "class.not_inspectable" in out and "verdict: deny" in out


def test_files_in_a_body_are_read(home: Path, ecluse):
    document = base64.b64encode(f"titulaire;iban\nDurand;{IBAN}\n".encode()).decode()
    source = {"type": "base64", "media_type": "text/plain", "data": document}
    body = {
        "model": "gpt-4o",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": [{"type": "document", "source": source}]}],
    }
    file = home / "request.json"
    file.write_text(json.dumps(body))
    out = ecluse("policy", "explain", "--body", str(file), "--dialect", "anthropic_messages")[1]
    assert "fin.iban" in out and "class.not_inspectable" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "teem=finance"), "did you mean team?"),
        (("--as", "team=finanse"), "there is no team finanse (did you mean finance?)"),
        (("--to", "alpha/gpt4o"), "there is no destination alpha/gpt4o (did you mean alpha/gpt-4o?)"),
        (("--model", "gpt4o"), "there is no model gpt4o (did you mean gpt-4o?)"),
        (("--body", "nowhere.json"), "nowhere.json: No such file or directory"),
    ],
)
def test_what_is_not_there_is_not_explained(ecluse, words, said):
    code, out, err = ecluse("policy", "explain", *words, stdin="x")
    assert (code, out) == (1, "") and said in err


def test_a_body_that_the_gateway_refuses(home: Path, ecluse):
    file = home / "request.json"
    file.write_text('{"model": "gpt-4o", "messages": [], "messages": []}')
    code, _, err = ecluse("policy", "explain", "--body", str(file))
    assert code == 1 and err.startswith("the gateway would refuse this body as openai_chat: ")


def test_a_vocabulary_alone_explains_the_same(home: Path, ecluse, tmp_path: Path, capsys):
    from gateway.cli.main import main

    (tmp_path / "vocabulary.yaml").write_text(ecluse("policy", "vocabulary")[1])
    (home / "text").write_text(f"Mon IBAN est {IBAN}")
    words = ["policy", "explain", str(home / "text"), "--model", "gpt-4o", "--all-rules"]
    whole = ecluse(*words)
    alone = [*words, "--vocabulary", str(tmp_path / "vocabulary.yaml"), "--bundle", str(home / "bundle")]
    assert (main(alone), *capsys.readouterr()) == whole


def test_what_can_t_be_read_is_named_with_the_reason(home: Path, ecluse):
    assert ecluse("policy", "explain", "nofile.txt")[2] == "nofile.txt: No such file or directory\n"
    (home / "latin.txt").write_bytes(b"\xe9t\xe9")
    assert ecluse("policy", "explain", str(home / "latin.txt"))[2].endswith("latin.txt isn't UTF-8\n")
    file = home / "codex.json"
    file.write_text(json.dumps({"model": "gpt-4o", "input": "Bonjour"}))
    code, _, err = ecluse("policy", "explain", "--body", str(file))
    assert code == 1 and "as openai_chat" in err
    assert "--dialect" in err and "openai_responses" in err
