"""Cases of health numbers and of what a text says of a person's health.

RPPS: Agence du numérique en santé, MOS/NOS (11 digits, Luhn). ADELI: 9 characters, department first. FINESS: DREES, 9
characters, department first, Luhn key. INS: ANS, référentiel INS (a NIR with its key, OID 1.2.250.1.213.1.4.8 and
following). Vitale: GIE SESAM-Vitale, serial number of 19 digits on the card, ISO 7812 prefix 80250. ICD-10: WHO, and
ATIH's CIM-10 for the way French hospitals write codes (with and without the point).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from cases.form import Type
from cases.identity import digits, grouped, nir_key, nir_number, nir_written, of


def luhn_digit(body: str) -> str:
    doubled = [int(digit) * 2 for digit in body[::-2]]
    total = sum(value - 9 if value > 9 else value for value in doubled) + sum(map(int, body[-2::-2]))
    return str(-total % 10)


def luhn_number(body: str) -> str:
    return body + luhn_digit(body)


def other_key(rng: random.Random, number: str) -> str:
    return number[:-1] + str((int(number[-1]) + rng.randint(1, 9)) % 10)


def rpps(rng: random.Random) -> str:
    return grouped(rng, luhn_number("10" + digits(rng, 8)), *rng.choice(((3, 4, 4), (2, 3, 3, 3))), spaced=0.25)


def rpps_miss(rng: random.Random) -> str:
    number = luhn_number("10" + digits(rng, 8))
    return rng.choice((other_key(rng, number), number + digits(rng, 1), other_key(rng, number), number[:10]))


def _department(rng: random.Random) -> str:
    return rng.choice((*(f"{n:02}" for n in range(1, 96) if n != 20), "2A", "2B", "97"))


def adeli(rng: random.Random) -> str:
    number = _department(rng) + rng.choice(("1", "4", "6", "7", "9", "93")) + digits(rng, 6)
    return grouped(rng, number[:9], *rng.choice(((2, 1, 5, 1), (3, 3, 3), (2, 7))), spaced=0.35)


def adeli_miss(rng: random.Random) -> str:
    return rng.choice((digits(rng, 8), digits(rng, 10), "00" + digits(rng, 7), "99" + digits(rng, 7)))


def finess(rng: random.Random) -> str:
    department = _department(rng)
    if department in ("2A", "2B"):
        return department + "0" + digits(rng, 6)
    number = luhn_number(department + "0" + digits(rng, 5))
    return grouped(rng, number, *rng.choice(((3, 3, 3), (2, 6, 1), (2, 7))), spaced=0.35)


def finess_miss(rng: random.Random) -> str:
    number = luhn_number(f"{rng.randint(1, 95):02}0" + digits(rng, 5))
    return rng.choice((other_key(rng, number), other_key(rng, number), number + digits(rng, 1), number[:8]))


def ins(rng: random.Random) -> str:
    return nir_written(rng, nir_number(rng)) if rng.random() < 0.5 else nir_number(rng)


def ins_miss(rng: random.Random) -> str:
    number = nir_number(rng)
    wrong = number[:13] + f"{(int(nir_key(number[:13])) + rng.randint(1, 96)) % 97:02}"
    return rng.choice((wrong, number + digits(rng, 1), number[:12]))


def vitale(rng: random.Random) -> str:
    return grouped(rng, "80250" + digits(rng, 14), *rng.choice(((2, 3, 5, 9), (5, 5, 5, 4), (4, 4, 4, 4, 3))))


def vitale_miss(rng: random.Random) -> str:
    return rng.choice(("80250" + digits(rng, 13), "80251" + digits(rng, 14), "49" + digits(rng, 17), digits(rng, 12)))


# --- codes of diseases


def icd10(rng: random.Random) -> str:
    letter = rng.choice("ABCDEFGHIJKLMNOPQRSTZ")
    category = f"{letter}{rng.randint(0, 99):02}"
    more = rng.choice(("", ".{}", ".{}", ".{}", ".{}{}", "{}", "{}{}"))
    return category + more.format(rng.randint(0, 9), rng.randint(0, 9))


def icd10_miss(rng: random.Random) -> str:
    number = rng.randint(10, 99)
    return rng.choice((f"{rng.choice('ABCF')}{rng.randint(1, 9)}", f"AB{number}", f"{number}.{rng.randint(0, 9)}",
                       f"F{rng.randint(1000, 9999)}.{number}", "MCO", "A4"))  # fmt: skip


ICD_FR = (
    "Code CIM-10 : {value}",
    "Diagnostic principal {value} retenu pour {name}.",
    "Le séjour est codé {value} en CIM-10, confirme-le.",
    "CIM10;{value};{date}",
    '{"patient": "{last}", "code_cim10": "{value}"}',
    "| Patient | CIM-10 |\n|---|---|\n| {last} | {value} |",
    "DP {value}, DAS à compléter, sortie le {date}.",
    "Compte rendu de {name} : diagnostic principal {value}.",
    "Que signifie le code CIM-10 {value} ?",
    "Le DIM a corrigé le code diagnostic en {value} pour {last}.",
    "Diagnostic associé : {value} (comorbidité).",
    "{date} {time} INFO pmsi sejour={small} cim10={value} ok",
)
ICD_EN = (
    "ICD-10: {value}",
    "Primary diagnosis {value} for {name}.",
    "The stay is coded {value} in ICD-10, please confirm.",
    "icd10,{value},{date}",
    '{"patient": "{last}", "icd10_code": "{value}"}',
    "| Patient | ICD-10 |\n|---|---|\n| {last} | {value} |",
    "Diagnosis code {value}, discharged on {date}.",
    "What does the ICD-10 code {value} mean?",
    "Claim of {name}: dx code {value}, amount {amount}.",
    "{date} {time} INFO claim={small} icd10={value} ok",
    "Secondary diagnosis: {value}.",
    "ICD-10-CM {value} was billed for {last}.",
)
ICD_NEAR_FR = (
    "La cellule {near} du tableau est vide.",
    "Référence {near} en rupture chez {company}.",
    "Sortie {near} de l'autoroute, direction {city}.",
    "Salle {near}, réunion à {time}.",
    "Le code article {near} coûte {amount} euros.",
    "Vitamine, lot {near}, à garder au frais.",
    "Bâtiment {near}, {city}.",
    "La CIM-10 est publiée par l'OMS ; voir la colonne {near}.",
    "Le diagnostic du réseau est en salle {near}.",
    "Qu'est-ce que la CIM-10 et combien de codes contient-elle ?",
    "Le moteur affiche une panne, pièce {near} à commander.",
)
ICD_NEAR_EN = (
    "Cell {near} is empty.",
    "Part {near} is out of stock.",
    "Room {near} at {time}.",
    "Put the total in {near} and copy it down.",
    "ICD-10 has many chapters; see column {near}.",
    "How do I validate an ICD-10 code with a regular expression?",
    "Exit {near} of the motorway.",
    "Gate {near}, flight to {city}.",
    "Run diagnostics on server {near}.",
)

# --- sensitive words about a person

NOUNS_FR = (
    "cancer du sein", "cancer", "diabète de type 2", "diabète", "dépression sévère", "dépression", "VIH", "leucémie",
    "sclérose en plaques", "maladie de Crohn", "schizophrénie", "trouble bipolaire", "hépatite C", "épilepsie",
    "maladie de Parkinson", "maladie d'Alzheimer", "chimiothérapie", "radiothérapie", "insuffisance rénale", "AVC",
    "infarctus", "fausse couche", "anorexie", "alcoolisme", "tumeur au cerveau", "lymphome", "endométriose", "asthme",
    "burn-out", "syndrome de Down", "tuberculose", "mucoviscidose", "hypertension", "antidépresseurs", "dialyse",
)  # fmt: skip
NOUNS_EN = (
    "breast cancer", "cancer", "type 2 diabetes", "diabetes", "severe depression", "depression", "HIV", "leukemia",
    "multiple sclerosis", "Crohn's disease", "schizophrenia", "bipolar disorder", "hepatitis C", "epilepsy",
    "Parkinson's disease", "Alzheimer's disease", "chemotherapy", "radiotherapy", "kidney failure", "a stroke",
    "a heart attack", "a miscarriage", "anorexia", "alcoholism", "a brain tumor", "lymphoma", "endometriosis", "asthma",
    "burnout", "Down syndrome", "tuberculosis", "cystic fibrosis", "hypertension", "antidepressants", "dialysis",
)  # fmt: skip


KEYWORDS_FR = (
    "Patient : {name}. Antécédents : {value}.",
    "Mme {last} est suivie pour {value} depuis {year}.",
    "Mon mari a été diagnostiqué : {value}. Que faire ?",
    "Rédige un courrier pour M. {last}, en arrêt maladie ({value}).",
    "{name}, né le {date}, souffre de {value}.",
    "Notre salariée {name} a un arrêt pour {value}, comment adapter son poste ?",
    "Le patient présente {value}, traitement à revoir.",
    "nom;pathologie\n{last};{value}",
    '{"patient": "{name}", "diagnostic": "{value}"}',
    "Ma mère est traitée pour {value} à {city}.",
    "Bonjour docteur, j'ai {value} et je prends un traitement.",
    "Compte rendu : la patiente, {small} ans, {value}, sortie le {date}.",
    "Motif d'arrêt de {name} : {value}",
)
KEYWORDS_EN = (
    "Patient: {name}. History: {value}.",
    "Mrs {last} has been treated for {value} since {year}.",
    "My husband was diagnosed with {value}. What now?",
    "Write to Mr {last}, who is on sick leave ({value}).",
    "{name}, born {date}, suffers from {value}.",
    "Our employee {name} is off sick with {value}, how do we adapt the job?",
    "The patient presents with {value}, review the treatment.",
    "name,condition\n{last},{value}",
    '{"patient": "{name}", "diagnosis": "{value}"}',
    "My mother is being treated for {value} in {city}.",
    "Hello doctor, I have {value} and I take pills.",
    "Summary: the patient, {small}, {value}, discharged {date}.",
    "Reason for leave of {name}: {value}",
)
KEYWORDS_NEAR_FR = (
    "Quels sont les symptômes du {near} ?",
    "Rédige un article sur le {near} pour le site.",
    "La recherche contre le {near} progresse en {year}.",
    "Les patients atteints de {near} sont mieux pris en charge depuis {year}.",
    "Notre contrat de prévoyance couvre-t-il le {near} ?",
    "Mme {last} organise la campagne de prévention contre le {near}.",
    "Traduis : « journée mondiale du {near} ».",
    "Le traitement du {near} coûte {amount} euros en moyenne.",
    "Combien de personnes vivent avec le {near} en France ?",
    "M. {last} donne une conférence sur le {near} à {city}.",
    "L'OMS publie un rapport sur le {near}.",
    "Le patient est-il assis dans la salle {small} ?",
    "La dépression atmosphérique arrive par l'ouest.",
)
KEYWORDS_NEAR_EN = (
    "What are the symptoms of {near}?",
    "Write an article about {near} for the website.",
    "Research on {near} made progress in {year}.",
    "Patients with {near} live longer since {year}.",
    "Does our insurance cover {near}?",
    "Mrs {last} runs the awareness campaign on {near}.",
    "How does {near} affect the economy?",
    "Mr {last} gives a talk about {near} in {city}.",
    "The WHO published a report on {near}.",
    "How many people live with {near} in Europe?",
    "Be patient, the download takes {small} minutes.",
    "The great depression began in 1929.",
)


_MARK = "\x00"


class Words(Type):
    """Cases whose value is a word of the sentence's language."""

    def rows(self) -> Iterator[dict[str, Any]]:
        rng = random.Random(self.detector)
        for row in super().rows():
            word = rng.choice(NOUNS_FR if row["lang"] == "fr" else NOUNS_EN)
            spans = [[start, start + len(word)] for start, _ in row["spans"]]
            yield {**row, "text": row["text"].replace(_MARK, word), "spans": spans}


TYPES = (
    of("fr.rpps", ("numéro RPPS", "RPPS", "n° RPPS du médecin"), ("RPPS number", "RPPS", "doctor's RPPS"),
       rpps, miss=rpps_miss, bare=True, near=rpps_miss),
    of("fr.adeli", ("numéro ADELI", "ADELI", "n° ADELI"), ("ADELI number", "ADELI"), adeli, miss=adeli_miss),
    of("fr.finess", ("numéro FINESS", "FINESS", "FINESS géographique", "FINESS juridique"),
       ("FINESS number", "FINESS"), finess, miss=finess_miss),
    of("fr.ins", ("INS", "matricule INS", "identité nationale de santé", "INS-NIR"),
       ("INS", "INS number", "national health identity (INS)"), ins, miss=ins_miss),
    of("fr.vitale", ("numéro de carte Vitale", "carte Vitale", "n° de série de la carte Vitale"),
       ("Vitale card number", "carte Vitale"), vitale, miss=vitale_miss),
    Type("health.icd10", fr=ICD_FR, en=ICD_EN, value=icd10, miss=icd10_miss, near_fr=ICD_NEAR_FR, near_en=ICD_NEAR_EN),
    Words("health.keywords", fr=KEYWORDS_FR, en=KEYWORDS_EN, value=lambda _: _MARK, near_fr=KEYWORDS_NEAR_FR,
          near_en=KEYWORDS_NEAR_EN),
)  # fmt: skip
