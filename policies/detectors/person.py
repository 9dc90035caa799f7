"""Checks of people's names: what a run of capitalised words is, with and without a title beside it.

A candidate is a run of words as a pattern found them. A list of first names decides for runs without a title; names
that are also words, places or brands (Rose, Claude, Austin) need a surname that is usual, in capitals, or behind an
initial or a particle. Words that make of a name a street, a school or a company refuse it.
"""

from __future__ import annotations

from policies.detectors.model import TAKEN, Verdict
from policies.detectors.names import AMBIGUOUS, FIGURES, FIRST, KNOWN, NO_SURNAME, ORGANISATIONS, ROLES, SURNAMES

_PARTICLES = frozenset(
    b"de du des d' la le les van von der den ter ten ben bin bint el al da do dos das di del della zu zum af av "
    b"ibn".split()
)
_SURNAME_WORDS = 3
# What stands before the name of a street, a school, a prize: the name is not a person's then.
_NAMED_AFTER = frozenset(
    b"rue avenue av bd boulevard place square allee impasse chemin quai cours route passage sentier esplanade hameau "
    b"promenade lycee college ecole universite hopital clinique aeroport gare station metro stade fondation prix musee "
    b"pont tour parc jardin theatre salle espace centre residence institut saint sainte st ste port mont cite villa "
    b"faubourg fete marque societe boulangerie garage pharmacie librairie enseigne magasin magasins batiment immeuble "
    b"ligne arret direction brand store cafe restaurant hotel brasserie transports etablissements ets".split()
)
# What the last word of a company's name may be, and no surname.
_COMPANIES = frozenset(
    b"inc llc ltd llp gmbh sa sas sarl sro corp corporation company group groupe technologies technology solutions "
    b"systems consulting partners association foundation university institute hospital bank insurance".split()
)

# Words that letters number, in both languages.
_LETTERED = frozenset(
    b"annex annexe appendix article bac bacillus batiment bloc block building category categorie chapter class "
    b"classe column drive equipe etage exhibit factor figure form formulaire gate grade group groupe hall hepatitis "
    b"hepatite influenza item level model module niveau option page part partie permis phase plan point porte "
    b"question row schedule section series serie shares sheet step table team terminal tier titre type variant "
    b"version virus vitamin vitamine voie volume zone".split()
)
_NO_NAME = _LETTERED | ROLES | NO_SURNAME | _PARTICLES


def full_name(value: bytes) -> Verdict | None:
    """A first name of the list and a surname, in either order (`DURAND Sophie`); more words may follow.

    Words in front that a street or a school is named with make it none.
    """
    words = value.split(b" ")
    lead = words[0].lower().rstrip(b".")
    if len(words) < 2:
        return None
    if start := _start(words):
        return Verdict(TAKEN.confidence, "", len(b" ".join(words[:start])))
    if lead in _NAMED_AFTER and lead not in FIRST:
        return TAKEN
    if b"_".join(words[:2]).lower() in KNOWN:
        return TAKEN
    if _lettered(words):
        return Verdict(0.8, "name with an initial", _length(words, 3))
    if not _first(lead) or (words[0].isupper() and not words[1].isupper()):
        return _surname_first(words)
    size = _name(words)
    if size < 2:
        return None
    if _spoiled(words, size):
        return TAKEN
    sure = _certain(words[:size])
    return Verdict(0.85 if sure else 0.55, "first name and surname", _length(words, size))


def _start(words: list[bytes]) -> int:
    """Where in a run a name may begin at the earliest: text in capitals holds many words, and hardly a name."""
    for place, word in enumerate(words):
        plain = word.lower().rstrip(b".").rpartition(b"'")[2]
        initial = place + 1 < len(words) and len(words[place + 1].rstrip(b".")) == 1
        if initial or plain in _NAMED_AFTER or _first(word.lower()):
            break
    else:
        return len(words) - 1
    # Surnames in capitals stand before the first name.
    least = max(place - _SURNAME_WORDS, 0)
    while place > least and len(words[place - 1]) > 1 and words[place - 1].isupper():
        place -= 1
    return place


def _lettered(words: list[bytes]) -> bool:
    """`Szabina J. Gelencser`: a word, an initial, a word, where the list knows none of them."""
    if len(words) < 3 or len(words[1].rstrip(b".")) != 1 or len(words[0]) < 3 or len(words[2]) < 3:
        return False
    first, last = words[0].lower(), words[2].lower()
    # Undotted, these are words of English and French titles (`What A Day`).
    # `Selon M. Durand` is a title.
    if words[1] in (b"A", b"I", b"O", b"Y", b"M.") or words[2].isupper():
        return False
    none = first in _NO_NAME or last in _NO_NAME or first in FIRST or words[0].isupper()
    return words[1].isupper() and words[2][:1].isupper() and not none


def _surname_first(words: list[bytes]) -> Verdict | None:
    """`DURAND Sophie`, `LE GALL Anne`: a surname in capitals, a first name behind it."""
    capitals = 0
    while capitals < len(words) and len(words[capitals]) > 1 and words[capitals].isupper():
        capitals += 1
    if not 0 < capitals <= _SURNAME_WORDS or capitals >= len(words):
        return None
    given = words[capitals].lower()
    surname = [word.lower() for word in words[:capitals] if word.lower() not in _PARTICLES]
    if not _first(given) or given in AMBIGUOUS or not surname or any(word in NO_SURNAME for word in surname):
        return None
    return Verdict(0.8, "surname in capitals and first name", _length(words, capitals + 1))


def _first(word: bytes) -> bool:
    """Whether a word (or every part of one with hyphens) is a first name."""
    return word in FIRST or (b"-" in word and all(part in FIRST for part in word.split(b"-")))


def _name(words: list[bytes]) -> int:
    """How many words the name that begins a run has: first names, initials, particles, a surname."""
    place = 1
    while place < len(words) - 1 and (_first(words[place].lower()) or len(words[place].rstrip(b".")) == 1):
        place += 1
    while place < len(words) - 1 and words[place].lower() in _PARTICLES:
        place += 1
    if place >= len(words) or not _capital(words[place]) or len(words[place].rstrip(b".")) < 2:
        return 0
    # Two capitals are no surname in capitals (`SARA AE`); `Xu` and `Le` are.
    if len(words[place]) == 2 and words[place].isupper():
        return 0
    # A second surname, which may not stay behind when the first is taken out.
    if place + 1 < len(words) and _second(words[place + 1]):
        place += 1
    return place + 1


def _capital(word: bytes) -> bool:
    """Whether a word begins with a capital, `d'` apart (`d'Ornano`)."""
    return word.removeprefix(b"d'")[:1].isupper()


def _second(word: bytes) -> bool:
    plain = word.lower().rstrip(b".-'")
    return (
        len(word) > 2
        and word[:1].isupper()
        and plain not in _NO_NAME
        and plain not in _NAMED_AFTER
        and not _first(plain)
    )


def _spoiled(words: list[bytes], size: int) -> bool:
    """Whether the surname, or the word behind it, says that this is no person."""
    after = words[size].lower() if size < len(words) else b""
    return words[size - 1].lower().rstrip(b".-'") in NO_SURNAME or after in ORGANISATIONS


def _certain(words: list[bytes]) -> bool:
    """Whether a name stands out as one: by its first name, or by how its surname is written or known."""
    if words[0].lower() not in AMBIGUOUS:
        return True
    last = words[-1].lower()
    initial = len(words) > 2 and (len(words[1].rstrip(b".")) == 1 or words[1].lower() in _PARTICLES)
    capitals = len(words[-1]) > 2 and words[-1].isupper() and not words[0].isupper()
    return initial or capitals or any(part in SURNAMES for part in (last, *last.split(b"-")))


def _length(words: list[bytes], count: int) -> int:
    return len(b" ".join(words[:count]).rstrip(b".-'"))


def titled(value: bytes) -> Verdict | None:
    """A name behind a title: no role, no day, no other title."""
    words = value.split(b" ")
    figure = words[0].lower() in FIGURES and (len(words) == 1 or words[0].lower() not in FIRST)
    if (
        figure
        or _role(words[:2])
        or words[0] in (b"le", b"la", b"les")
        or (len(words) == 1 and len(words[0].rstrip(b".'")) == 1)
    ):
        return None
    count = len(words)
    while count > 1 and (_role(words[count - 1 : count]) or words[count - 1].lower() in _PARTICLES):
        count -= 1
    return Verdict(0.92, "name behind a title", _length(words, count))


def monsieur(value: bytes) -> Verdict | None:
    """A name behind `M.`: no surer than a longer name with a first name in front of it."""
    verdict = titled(value)
    return verdict and Verdict(0.85, verdict.why, verdict.length)


def _role(words: list[bytes]) -> bool:
    """Whether one of the words, particles apart, is what a role or a team is called."""
    plain = [word.lower().rstrip(b".,'") for word in words]
    return any(word in ROLES and word not in _PARTICLES for word in plain)


def attorney(value: bytes) -> Verdict | None:
    """A name behind `Me`, which in English is a word: a usual name, or beside a word of the trade."""
    verdict = titled(value)
    if verdict is None:
        return None
    words = value.lower().split(b" ")
    if _first(words[0]) or words[0] in SURNAMES:
        return verdict
    return Verdict(0.6, verdict.why, verdict.length)


def introduced(value: bytes) -> Verdict | None:
    """A name that the words before it give as one (`my name is`): no role, no word that is none."""
    words = value.split(b" ")
    if (
        _identifier(words[0])
        or (words[-1].endswith(b"-") and words[-1].isupper())  # what digits go on: `CT-2026`
        or _role(words)
        or any(word.lower() in NO_SURNAME for word in words if word.lower() not in _PARTICLES)
    ):
        return None
    return Verdict(0.8, "name, said to be one")


def _identifier(word: bytes) -> bool:
    """Whether a word is one of source code: `NameField`, but not `McGregor` or `LeRoy`."""
    inner = [index for index in range(3, len(word)) if word[index : index + 1].isupper()]
    return not word.isupper() and any(word[index - 1 : index].islower() and word[:3] != b"Mac" for index in inner)


def labelled(value: bytes) -> Verdict | None:
    """A name behind the label of a field: two words, or a first name of the list."""
    words = value.split(b" ")
    if len(words) == 1 and not _first(words[0].lower()):
        return None
    return introduced(value)


def surname(value: bytes) -> Verdict | None:
    """A name behind *Nom*: a first name or a surname of the lists, or in capitals."""
    lead = value.split(b" ")[0]
    if not (_first(lead.lower()) or lead.lower() in SURNAMES or (value.isupper() and len(value) > 3)):
        return None
    return introduced(value)


def greeted(value: bytes) -> Verdict | None:
    """A first name of the list behind a greeting."""
    words = value.split(b" ")
    lead = words[0].lower()
    if not _first(lead) or (len(words) == 1 and lead in AMBIGUOUS):
        return None
    if any(word.lower() in NO_SURNAME for word in words[1:]):
        return None
    return Verdict(0.8, "first name behind a greeting")


def signed(value: bytes) -> Verdict | None:
    """A name where a mail has its sender: two words or more, or a first name; no team, no role."""
    words = value.split(b" ")
    if _role(words) or any(word.lower().rstrip(b".") in _COMPANIES for word in words[1:]):
        return None
    if len(words) == 1 and not _first(value.lower()):
        return None
    return Verdict(0.9, "name of a sender")
