"""Excerpts of documents, found however they are set, and only they."""

from __future__ import annotations

import random
import textwrap
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_cases import documents_bytes, found, handbook, values

WORDS = """
    absence accord achat action adresse agence agent ajout annexe annuel appel atelier avance avenant bail banque bilan
    bureau cadre caisse calcul campagne carrière chantier charge chef client collecte comité commande compte conseil
    contrat contrôle courrier coût crédit décision délai demande départ dépense devis direction dossier droit échéance
    écart effectif emploi engagement enquête équipe essai étude examen exercice facture fiche filiale formation
    fournisseur frais garantie gestion horaire impôt incident indemnité inventaire jour juriste lettre ligne litige
    livraison locaux logiciel lot machine marché matériel mesure mission mois montant motif niveau note objectif offre
    outil paie paiement période plan poste prime prix procédure produit projet provision qualité rapport recette
    recrutement règle remise réseau réunion risque salaire secteur service site solde stage stock suivi tableau tarif
    tâche taux terme tiers titre travaux usine vente version visite voyage zone
""".split()  # noqa: SIM905


def prose(seed: int, count: int) -> str:
    """Sentences whose words are drawn at random: nothing in them stands anywhere else."""
    draw = random.Random(seed)
    out = []
    for index in range(count):
        out.append(draw.choice(WORDS) + draw.choice(["", "", "", ",", ".", " :", " de la", " du", " et", " pour"]))
        if index % 60 == 59:
            out.append("\n\n")
    return " ".join(out)


TEXTS = {f"notes/{seed}.txt": prose(seed, 1500) for seed in range(6)}
LOOKUP = handbook(TEXTS)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 5000), st.integers(120, 900))
def test_an_excerpt_is_found_where_it_stands(name: str, start: int, size: int) -> None:
    excerpt = TEXTS[name][start : start + size]
    text = f"Peux-tu résumer ceci ? {excerpt} Merci d'avance."
    place = text.index(excerpt)
    (one,) = found(LOOKUP, text)
    assert one.detector == "doc.fingerprint"
    assert place <= one.start and one.end <= place + size
    assert (one.end - one.start) >= 0.7 * size
    assert f"handbook: {name}," in one.why and "characters" in one.why


@pytest.mark.parametrize(
    "set_otherwise",
    [
        str.upper,
        lambda text: textwrap.fill(text, 40),
        lambda text: text.replace("é", "e").replace("ô", "o"),
        lambda text: "".join(letter for letter in text if letter not in ",.:"),
        lambda text: text.replace(" ", " \u200b"),
        lambda text: "\n".join(f"> {line}" for line in textwrap.wrap(text, 50)),
        lambda text: text.replace("contr", "contr-\n").replace("dem", "dem-\n  "),
    ],
)
def test_case_accents_signs_and_lines_mean_nothing(set_otherwise) -> None:
    for seed in range(6):
        excerpt = TEXTS[f"notes/{seed}.txt"][2000:2260]
        assert found(LOOKUP, set_otherwise(excerpt)), excerpt


def test_a_changed_word_leaves_one_excerpt() -> None:
    words = TEXTS["notes/1.txt"][1000:1700].split()
    words[len(words) // 2] = "zanzibar"
    del words[len(words) // 4]
    text = " ".join(words)
    (one,) = found(LOOKUP, text)
    assert one.end - one.start > 0.9 * len(text)


def test_unrelated_text_and_stock_phrases_are_no_excerpts() -> None:
    phrase = "Je vous prie d'agréer, Madame, Monsieur, l'expression de mes salutations distinguées."
    lookup = handbook({"a.txt": prose(50, 400) + phrase + prose(51, 400)}, public=[phrase])
    assert not found(lookup, prose(99, 4000), 0.0)
    assert not found(lookup, f"{prose(98, 60)} {phrase} {prose(97, 60)}")
    assert not found(lookup, "dans le cadre de la " * 200)


def test_what_many_documents_share_proves_nothing_until_much_is_shared() -> None:
    footer = prose(7, 25)
    page = prose(8, 300)
    lookup = handbook({f"{n}.txt": prose(100 + n, 300) + footer + prose(200 + n, 300) + page for n in range(9)})
    assert not found(lookup, footer)
    assert found(lookup, page)


def test_versions_of_a_document_do_not_make_it_common() -> None:
    text = prose(9, 600)
    lookup = handbook({f"v{n}.txt": text + prose(300 + n, 40) for n in range(12)})
    (one,) = found(lookup, text[500:700])
    assert ": v" in one.why


CODE = '''
def settle(ledger, rows, *, limit=10):
    """Settle what is open."""
    for row in rows:
        if row.amount > limit and not row.frozen:
            ledger.post(row.account, row.amount * RATE[row.kind], memo=f"{row.day}:{row.kind}")
        elif row.frozen:
            ledger.hold(row.account, until=row.thaw_date or ledger.horizon())
    return ledger.close(checksum=True)
'''


def test_code_is_found_by_its_signs_whatever_its_blanks() -> None:
    lookup = handbook({}, {"src/settle.py": CODE})
    lines = [line.strip() for line in CODE.splitlines()]
    assert found(lookup, "\n".join(lines[4:8]))
    assert found(lookup, "\t\t" + "   ".join(lines[3:8]))
    assert not found(lookup, "for row in rows:\n    if row.amount > 3:\n        print(row)")


def test_what_everybody_writes_is_no_excerpt_of_code() -> None:
    turns = """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        data = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(str(error)) from error
    """
    lookup = handbook({}, {"src/settle.py": CODE + turns})
    assert found(lookup, CODE + turns)
    for line in turns.strip().splitlines():
        assert not found(lookup, f"import socket\n\ndef listen(port):\n    {line.strip()}\n    return port"), line


def test_turns_of_phrase_of_many_documents_are_no_excerpt() -> None:
    turn = "according to this letter, which is enough to withdraw the guarantee by March,"
    many = {f"{n}.txt": f"{prose(400 + n, 80)} {turn} {prose(500 + n, 80)}" for n in range(6)}
    pairs = " zone ".join(map(" ".join, pairwise(turn.split())))
    others = {f"o{n}.txt": f"{prose(600 + n, 80)} {pairs} {prose(700 + n, 40)}" for n in range(6)}
    assert found(handbook(many), turn)
    assert not found(handbook(many | others), turn)


def test_how_sure_grows_with_the_excerpt() -> None:
    text = TEXTS["notes/2.txt"]
    sizes = [found(LOOKUP, text[700 : 700 + size])[0].confidence for size in (130, 260, 600)]
    assert sizes == sorted(sizes) and len(set(sizes)) == 3


def test_without_names_a_document_is_a_number() -> None:
    lookup = handbook({"": TEXTS["notes/3.txt"]})
    assert "handbook: document 1," in found(lookup, TEXTS["notes/3.txt"][100:400])[0].why


def test_neither_the_file_nor_a_finding_holds_words_of_a_document() -> None:
    raw = documents_bytes({"a.txt": TEXTS["notes/4.txt"]}).lower()
    assert not [word for word in WORDS if len(word) > 5 and word.encode() in raw]
    assert values(LOOKUP, TEXTS["notes/4.txt"][100:400])


def test_a_text_built_of_one_phrase_is_no_excerpt_however_long() -> None:
    lookup = handbook({"a.txt": "alpha beta gamma delta " * 400})
    assert not found(lookup, "alpha beta gamma delta " * 4000)
