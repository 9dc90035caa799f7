"""Invented business prose, French and English: sentences of many shapes, built word by word out of office vocabulary.

Two documents share turns of phrase, as real ones do, and hardly a sentence: what is made for one seed is unrelated to
what is made for another.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

_MALE = """
accord achat agrément amortissement appel archivage arrêt atelier audit avenant bail barème bilan bordereau budget
cahier calendrier capteur certificat chantier chariot circuit classement compresseur contrat contrôle courrier crédit
câblage devis diagnostic dossier débit délai déplacement effectif emballage entrepôt essai étiquetage fichier forage
fournisseur gabarit gisement graissage impôt incident inventaire jalon journal lot logiciel loyer magasin marché
matériel mandat moteur moule niveau outillage paiement palier partenariat permis planning plafond portail poste
préavis prototype prélèvement pupitre quai quota rapport recrutement refus registre relevé remboursement rendement
réseau sinistre site solde soudage stock séjour tableau tarif tirage transformateur tri véhicule versement virement
volet
""".split()
_FEMALE = """
absence agence alarme annexe assurance attestation avance balance benne bobine caisse campagne carte centrale
chaudière citerne clause collecte commande commission comptabilité consigne consommation convention cotisation créance
cuve cartouche délégation demande dette direction dépense échéance édition embauche enquête enveloppe équipe étude
facture fiche filiale filière flotte fonderie formation garantie grille habilitation hausse indemnité infirmerie
intervention journée laverie licence ligne liste livraison machine maintenance mesure mission mutation navette norme
notice offre option ordonnance paie palette panne passerelle pesée pompe presse prestation prévision prime procédure
provision quittance rampe reprise réserve retenue réunion saisie salle série signature soudure station subvention
surface taxe tournée trésorerie turbine unité usine vanne version visite zone
""".split()
_KINDS = """
annuel/annuelle provisoire/provisoire partiel/partielle complémentaire/complémentaire interne/interne local/locale
initial/initiale mensuel/mensuelle nouveau/nouvelle ancien/ancienne défectueux/défectueuse électrique/électrique
hydraulique/hydraulique saisonnier/saisonnière prioritaire/prioritaire double/double numérique/numérique
fiscal/fiscale commercial/commerciale technique/technique sanitaire/sanitaire urgent/urgente tardif/tardive
suspendu/suspendue conforme/conforme urbain/urbaine portuaire/portuaire thermique/thermique forfaitaire/forfaitaire
rural/rurale régional/régionale collectif/collective facultatif/facultative obligatoire/obligatoire externe/externe
""".split()
_VERBS_FR = """
confirmer préparer suspendre examiner valider refuser transmettre reporter financer remplacer contrôler archiver
corriger publier prolonger résilier négocier vérifier documenter signaler réceptionner chiffrer annuler comparer
renouveler centraliser autoriser réduire réorganiser contester découper mutualiser étalonner démonter repeindre
convoquer doubler sécuriser numéroter acheminer purger relire répartir simplifier bloquer compléter estimer rembourser
isoler inspecter
""".split()
_NAMES = """
Rennes Lille Metz Nantes Dijon Pau Brest Nîmes Tours Angers Vannes Gand Liège Namur Genève Sion Bâle Turin Leeds York
Hull Derby Perth Cork Galway Durand Moreau Lambert Faure Roussel Gauthier Chevalier Perrot Marchal Humbert Leclerc
Besson Whitaker Ellison Hargreaves Pemberton Thornley Ashdown Cartwright Redfern Holloway Winslow
""".split()
_NOUNS_EN = """
absence account agency agreement alarm allowance annex appeal apprentice archive assembly audit award badge balance
bank batch bearing benefit bid boiler bonus branch breaker budget cable calendar campaign canteen cargo cartridge
certificate charter claim clause coil compressor conveyor contract courier credit crew customs deadline debt delay
delivery deposit depot design dispatch dispute drain drawing duty estimate export fault filing filter fleet forecast
forklift foundry freight gauge grant guarantee handover harbour heating hiring hoist import index induction inspection
insurance inventory invoice kiln label ladder landlord laundry lease ledger levy licence lift loan machine mandate
manual meter mortgage motor mould notice nozzle nursery office option order outage overtime packaging pallet patent
payroll penalty pension permit pipeline plant platform policy premium press pressure procedure profit prototype
provision pump quarry quota rebate receipt recall record refund register relay rent report reserve rig roof roster
sample scaffold scale schedule seal sensor shift shipment silo site solvent stock storage strike subsidy supplier
survey switch tank tariff tender terminal threshold timber tool trailer training transfer transformer treasury truck
tunnel turbine upgrade valve vendor vessel visit voucher wage warehouse warranty waste weld wharf workshop yard
""".split()
_KINDS_EN = """
annual backup binding blocked bulk cautious central chemical civil coastal collective commercial common compact
conditional corrected costly damaged defective digital domestic double draft early eastern electric emergency external
faulty final fiscal former frozen grey heavy idle initial interim internal joint late leaking local manual marine
minor missing mobile monthly narrow nightly northern obsolete optional outdated partial pending portable preliminary
pressing private quarterly regional remote rural seasonal secondary shared southern spare standard sterile sudden
technical temporary unpaid urgent weekly western worn
""".split()
_VERBS_EN = """
approve archive assess block calibrate cancel challenge check compare complete confirm correct defer delay dismantle
document double extend file fund grant halve hand inspect insure isolate issue label lease mark measure merge move
negotiate note offset order outsource pay plan postpone prepare price publish purge question quote raise reassign
receive recover redraw reduce refuse register reject relabel renew repaint replace report reroute reserve restore
review route sample seal secure ship shorten simplify split store streamline suspend terminate test trace transfer
trim update verify withdraw
""".split()

_FRENCH = (
    "{N} {v} {n} et {n}, {w}.",
    "{W}, {n} a dû {v} {n} {p}.",
    "{N} demande de {v} {n} {w}, puis de {v} {n}.",
    "Pour {v} {n}, {n} devra {v} {n} {p}.",
    "Sauf avis contraire, {n} ne peut pas {v} {n} {w}.",
    "{N} {p} coûte {d} euros, sans compter {n}.",
    "M. {m} propose de {v} {n} avec {n} plutôt que de {v} {n}.",
    "Si {n} ne permet pas de {v} {n}, {n} sera à {v} {w}.",
    "Comment {v} {n} sans {v} {n} ?",
    "{N} : {d} à {m}, {d} à {m} ; reste à {v} {n}.",
    "D'après Mme {m}, {n} suffit à {v} {n} {p}.",
    "{W}, personne n'a pu {v} {n} ni {n}.",
    "Il reste {d} euros à {m} pour {v} {n}.",
    "Merci de {v} {n} {w} et de {v} {n}.",
    "Faut-il {v} {n} {p} ou garder {n} ?",
    "{N} et {n} se partagent {d} mètres carrés {p}.",
    "Que {n} tarde à {v} {n} gêne {n}.",
    "Nous avons vu {n} {v} {n}, {w}, chez {m}.",
    "Ni {n} ni {n} n'oblige à {v} {n}.",
    "Reste à {v} {n} : {n} {p} attend {n}.",
    "Chez {m}, on préfère {v} {n} {w}.",
    "Plus {n} avance, moins {n} aide à {v} {n}.",
    "Mme {m} ira {v} {n} {p}, M. {m} {n}.",
)
_ENGLISH = (
    "{N} will {v} {n} and {n} {w}.",
    "{W}, {n} had to {v} {n} {p}.",
    "{N} asks us to {v} {n} {w}, then to {v} {n}.",
    "To {v} {n}, {n} must {v} {n} {p}.",
    "Unless told otherwise, {n} may not {v} {n} {w}.",
    "{N} {p} costs {d} euros, not counting {n}.",
    "Mr {m} would rather {v} {n} with {n} than {v} {n}.",
    "If {n} does not let us {v} {n}, {n} will be there to {v} {w}.",
    "How can we {v} {n} and not {v} {n}?",
    "{N}: {d} in {m}, {d} in {m}; we still have to {v} {n}.",
    "According to Ms {m}, {n} is enough to {v} {n} {p}.",
    "{W}, nobody could {v} {n} or {n}.",
    "There are {d} euros left in {m} to {v} {n}.",
    "Please {v} {n} {w} and {v} {n}.",
    "Shall we {v} {n} {p} or keep {n}?",
    "{N} and {n} share {d} square metres {p}.",
    "That {n} is slow to {v} {n} upsets {n}.",
    "We watched {n} {v} {n}, {w}, at {m}.",
    "Neither {n} nor {n} obliges anyone to {v} {n}.",
    "Left to {v}: {n}; {n} {p} awaits {n}.",
    "At {m} they like to {v} {n} {w}.",
    "The further {n} goes, the less {n} helps to {v} {n}.",
    "Ms {m} will {v} {n} {p}, Mr {m} {n}.",
)
_WHEN_FR = (
    "avant le {d}",
    "dès lundi",
    "sous {d} jours",
    "en fin de mois",
    "au plus tard en mars",
    "pendant l'été",
    "à la demande de M. {m}",
    "dans le cadre du projet {m}",
    "en raison de {n}",
    "compte tenu de {n}",
    "lors de {n}",
    "le {d} juin",
    "depuis {d} semaines",
    "après {n}",
    "faute de {n}",
    "entre {m} et {m}",
    "à partir de janvier",
    "sans délai",
)
_WHEN_EN = (
    "by the {d}th",
    "from Monday on",
    "within {d} days",
    "at the end of the month",
    "by March at the latest",
    "over the summer",
    "at the request of Mr {m}",
    "as part of the {m} project",
    "because of {n}",
    "given {n}",
    "on the {d}th of June",
    "for {d} weeks",
    "after {n}",
    "for want of {n}",
    "between {m} and {m}",
    "from January",
    "at once",
)
_WHERE_FR = ("à {m}", "de l'agence de {m}", "du site de {m}", "côté {m}", "pour {n}", "avec {n}", "sans {n}")
_WHERE_EN = ("in {m}", "of the {m} branch", "at the {m} site", "on the {m} side", "for {n}", "with {n}", "without {n}")


def document(seed: int, sentences: int = 60) -> str:
    """Paragraphs of one document; even seeds are French, odd ones English."""
    writer = _Writer(random.Random(f"document {seed}"), english=bool(seed % 2))
    out = []
    for _ in range(sentences):
        out.append(writer.sentence())
        out.append("\n\n" if writer.draw.random() < 0.2 else " ")
    return "".join(out)


class _Writer:
    """Writes in one language."""

    def __init__(self, draw: random.Random, *, english: bool) -> None:
        self.draw, self._english = draw, english

    def sentence(self) -> str:
        text = self._one(_ENGLISH if self._english else _FRENCH)
        when = _WHEN_EN if self._english else _WHEN_FR
        where = _WHERE_EN if self._english else _WHERE_FR
        while "{" in text:
            place = text.index("{")
            slot = text[place : place + 3]
            fill = {
                "n": self._noun, "v": lambda: self._one(_VERBS_EN if self._english else _VERBS_FR),
                "m": lambda: self._one(_NAMES), "d": lambda: str(self.draw.randrange(2, 900)),
                "w": lambda: self._one(when), "p": lambda: self._one(where),
            }[slot[1].lower()]()  # fmt: skip
            text = text[:place] + (fill[:1].upper() + fill[1:] if slot[1].isupper() else fill) + text[place + 3 :]
        return text

    def _one(self, words: Sequence[str]) -> str:
        return self.draw.choice(words)

    def _noun(self) -> str:
        """A noun with what goes with it."""
        if self._english:
            kind = f"{self._one(_KINDS_EN)} " if self.draw.random() < 0.5 else ""
            of = f" {self._one(_NOUNS_EN)}" if self.draw.random() < 0.4 else ""
            return f"{self._one(('the', 'the', 'this', 'every', 'our'))} {kind}{self._one(_NOUNS_EN)}{of}"
        female = self.draw.random() < 0.5
        noun = self._one(_FEMALE if female else _MALE)
        kind = f" {self._one(_KINDS).split('/')[female]}" if self.draw.random() < 0.4 else ""
        of = f" de {self._one(_MALE + _FEMALE)}" if self.draw.random() < 0.4 else ""
        first = self._one(("cette", "notre", "chaque", "une") if female else ("ce", "notre", "chaque", "un"))
        article = "l'" if noun[0] in "aeéèiou" else "la " if female else "le "
        return (article if self.draw.random() < 0.7 else f"{first} ") + noun + of + kind
