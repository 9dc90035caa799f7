"""What shared words prove."""

from __future__ import annotations

from itertools import pairwise

import pytest
from index_cases import KEY, STOCK

from policies.detectors.view import view
from policies.indexes.fingerprints import pair_of
from policies.indexes.stock import Stock
from policies.indexes.words import Lexicon, Words
from policies.indexes.worth import Worth, code_worth, common_worth, prose_worth

SHIPPED = Stock(STOCK.read_bytes())
LEXICON = Lexicon(KEY.secret)


def code(text: str) -> Worth:
    return code_worth(Words(view(text), code=True).list, len(text), SHIPPED)


@pytest.mark.parametrize(
    "text",
    [
        "from __future__ import annotations\n\nimport json\nimport logging\nfrom collections.abc import Callable",
        'if __name__ == "__main__":\n    sys.exit(main())',
        "    except (ValueError, TypeError):\n        return None\n\n    def __repr__(self) -> str:\n        return ",
        "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
        "module.exports = function (err, data) {\n  if (err) throw err;\n  return",
        "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\nint main(int argc, char **argv) {",
        "= = = = ( ( ( ) ) ) " * 20,
    ],
)
def test_turns_of_a_language_prove_nothing(text: str) -> None:
    assert not code(text).size >= 1


@pytest.mark.parametrize(
    "text",
    [
        "ledger.post(row.account, row.amount * RATE[row.kind], memo=f'{row.day}:{row.kind}')\nelif row.frozen:",
        "SELECT dossier_ref, montant_ht FROM sinistres_2024 WHERE gestionnaire_id = 7 AND gele IS NULL",
        "public double encoursNet(Dossier dossier) { return dossier.encoursBrut() - provisionFor(dossier); }",
    ],
)
def test_a_line_of_ones_own_proves_an_excerpt(text: str) -> None:
    assert code(text).size >= 1


def test_what_is_less_than_enough_needs_the_length_of_an_excerpt() -> None:
    words = b"gele = provisionfor ( x )".split()
    short, long = code_worth(words, 94, SHIPPED), code_worth(words, 95, SHIPPED)
    assert short.size < 1 <= long.size


def test_usual_pairs_count_by_half() -> None:
    words = b"according to whitaker the machine pipeline is enough to sample every boiler".split()
    usual = frozenset(pair_of(LEXICON, one, other) for one, other in pairwise(words))
    assert prose_worth(words, frozenset(), LEXICON).size >= 1
    assert prose_worth(words, usual, LEXICON).size < 1
    assert prose_worth(words, frozenset(list(usual)[:2]), LEXICON).size >= 1


def test_what_many_documents_have_needs_a_page() -> None:
    words = [b"word%d" % number for number in range(100)]
    assert common_worth(words[:20]).size < 1 <= common_worth(words).size
