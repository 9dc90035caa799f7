"""Ways to reach people: mail, telephone, and what tells who and where they are: birth dates, coordinates, profiles.

Formats: addr-spec of RFC 5322 3.4.1; telephone numbers as national plans write them (ITU-T E.123 and, for France, the
ARCEP numbering plan); coordinates ISO 6709 and RFC 5870; profile addresses as the networks print them.
"""

from __future__ import annotations

import random

from cases.form import Type

Rng = random.Random

_LOCALS = (
    "marie.durand", "jp.martin", "a.benali", "k_nguyen", "sophie-anne.leroy", "contact", "j.smith42", "o'neil",
    "compta",
    "thomas.roux+achats", "LMOREAU", "Elodie.Petit", "rh.paie", "info2", "d.k", "helen_walker.99", "jose", "x1",
)  # fmt: skip
_DOMAINS = (
    "exemple.fr", "example.org", "mairie-lyon.fr", "univ-rennes1.fr", "mail.example.co.uk", "ac-paris.fr", "sfr.fr",
    "example.com", "groupe-armor.eu", "sub.dept.example.net", "hopital.bzh", "acme.io", "LAPOSTE.NET", "orange.fr",
)  # fmt: skip


def _mail(rng: Rng) -> str:
    return f"{rng.choice(_LOCALS)}@{rng.choice(_DOMAINS)}"


def _no_mail(rng: Rng) -> str:
    local, domain = rng.choice(_LOCALS).replace("'", ""), rng.choice(_DOMAINS)
    return rng.choice(
        (
            f"{local}@{domain.split('.')[0]}",  # no top level
            f"{local}@{domain}".replace(".", ","),
            f"@{local.split('.')[0]}",
            f"{local} @ {domain}",
            f"{local}.{domain}",
            f"{local}@-{domain.split('.')[0]}-.fr",
            f"{local}_at_{domain}",
            f"logo-{local.split('.')[0]}@2x.png",
            f"@types/{local.split('.')[0]}@{rng.randint(1, 9)}.{rng.randint(0, 9)}.1",
        )
    )


EMAIL = Type(
    "contact.email",
    fr=(
        "Écrivez à {value} avant le {date}.",
        "De : Service paie <{value}>\nObjet : relance",
        "Mon adresse ({value}) a changé, merci d'en tenir compte.",
        "nom;courriel;ville\nDurand;{value};{city}",
        "| Contact | Mail |\n|---|---|\n| {name} | {value} |",
        "Cc : {value}, direction",
        '{"client": "Dupont", "courriel": "{value}"}',
        "2026-03-04 10:12:01 INFO connexion de {value} depuis le VPN",
        "Qui est derrière l'adresse « {value} » ?",
        "Répondre à:{value};merci",
        "[nous écrire](mailto:{value})",
    ),
    en=(
        "Please send the quote to {value}.",
        "From: Payroll <{value}>\nSubject: March",
        "reach me at {value}, or by phone",
        "name,email,city\nSmith,{value},{city}",
        "email={value}&subscribe=1",
        "user: {value}\nrole: admin",
        "Contact: {value}/Support desk",
        "git config user.email '{value}'",
        "The invoice went to {value}!",
        'to = ["{value}"]  # on call',
        "Is {value} still working here?",
    ),
    value=_mail,
    miss=_no_mail,
    near_fr=(
        "Clonez git@github.com:acme/depot.git puis lancez make.",
        "Rendez-vous @ {time} à {city}.",
        "Le format d'une adresse est local@domaine, voir la RFC 5322.",
        "Suivez-nous : @mairie_lyon",
    ),
    near_en=(
        "@app.route('/login') returns 404",
        "npm i react@18.2.0 left-pad@1.3.0",
        "user@host's password:",
        "ssh deploy@10 refused",
        "the @property decorator and @dataclass",
    ),
)


def _d(rng: Rng, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _pairs(digits: str, gap: str) -> str:
    return gap.join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _french(rng: Rng) -> str:
    nine = rng.choice("12345679") + _d(rng, 4) + rng.choice("123456789") + _d(rng, 3)
    gap = rng.choice(("", " ", ".", "-", " "))
    if rng.random() < 0.5:
        return _pairs("0" + nine, gap)
    front = rng.choice(("+33", "0033", "+33 ", "+33 (0)", "(+33) "))
    return front + nine[0] + gap + _pairs(nine[1:], gap)


# As national plans write them: X stands for 2-9, N for 0-9.
_ABROAD = (
    "+44 20 7946 0NNN", "+44 7700 900NNN", "020 7946 0NNN", "07700 900NNN", "+1 (212) 555-01NN", "(212) 555-01NN",
    "212-555-01NN", "+1 415 555 01NN", "+32 470 1X 3N 5N", "0470 1X 3N 5N", "+41 79 2XN NN NN", "079 2XN NN NN",
    "+49 30 2XNNNNNN", "030 2XNNNNNN", "+34 612 3NN NNN", "612 34N NNN", "+39 06 6982 NNNN", "+352 621 1XN NNN",
    "+351 912 3NN NNN", "+1-604-555-01NN", "+212 661-1XNNNN", "+353 85 012 3NNN", "+31 6 1234 5NNN",
)  # fmt: skip


def _phone(rng: Rng) -> str:
    if rng.random() < 0.5:
        return _french(rng)
    shape = rng.choice(_ABROAD)
    return "".join(rng.choice("23456789") if c == "X" else rng.choice("0123456789") if c == "N" else c for c in shape)


def _no_phone(rng: Rng) -> str:
    digits = _d(rng, 12)
    return rng.choice(
        (
            "00 00 00 00 00",
            f"0{digits[:3]}",
            f"{rng.randint(1990, 2026)}-{rng.randint(10, 12)}-{rng.randint(10, 28)}",
            f"{rng.randint(1, 9)} {rng.randint(100, 999)} {rng.randint(100, 999)} EUR",
            f"v{rng.randint(1, 9)}.{rng.randint(10, 99)}.{rng.randint(10, 99)}.{rng.randint(10, 99)}",
            f"{rng.randint(1, 9)}.{digits[:8]}",
            f"REF-0{digits}",
        )
    )


PHONE = Type(
    "contact.phone",
    fr=(
        "Tél : {value}",
        "Vous pouvez me joindre au {value} jusqu'à {time}.",
        "Mon portable est le {value}.",
        "Appelez le {value} en cas d'urgence.",
        "nom;téléphone;ville\nDurand;{value};{city}",
        "Cordialement,\nLe secrétariat\nTél. {value}",
        "| Contact | Téléphone |\n|---|---|\n| Accueil | {value} |",
        '{"client": "Dupont", "telephone": "{value}"}',
        "Numéro de tél du locataire : {value} (le soir)",
        "Rappeler {name} au {value} svp",
        "Fax:{value}",
        "L'abonnée (portable : {value}) réclame un double de sa commande.",
        "Secrétariat du cabinet, {value}, de 9h à 12h",
        "agence;ouverture;téléphone\nNord;9h;\nSud;10h;\nEst, près du canal;8h;\nOuest;9h;{value}",
    ),
    en=(
        "Phone: {value}",
        "Call me at {value} after {time}.",
        "My mobile is {value}, text me.",
        "name,phone,city\nSmith,{value},{city}",
        "You can reach the desk by phone on {value}.",
        "Best,\nThe front desk\nTel: {value}",
        "| Contact | Phone |\n|---|---|\n| Front desk | {value} |",
        '{"name": "Smith", "phone": "{value}"}',
        "her cell is {value}!",
        "WhatsApp {value} for an answer today",
        "please call {value} to confirm",
        "the tenant called from {value} about a missing parcel",
        "my number is {value} if anything breaks",
        'customerPhone = "{value}"',
    ),
    value=_phone,
    miss=_no_phone,
    near_fr=(
        "Commande {near}, livrée le {date}.",
        "La loi n° 98-902 du 12/03/1998 s'applique.",
        "Quel indicatif pour appeler l'Espagne ? Le {small} ?",
        "Référence produit {near} épuisée.",
        "Total : 1 250 300 € pour {small} jours",
        "Votre numéro de suivi : {near}",
        "Le téléphone a {small} ans, modèle 2019-2020.",
        "Numéros gagnants du samedi : 03 08 14 21 33",
        "Chapitres 02.04.06.08.10 à relire",
    ),
    near_en=(
        "Order {near} shipped on {date}.",
        "Timestamp {near} in milliseconds, please convert.",
        "EAN {near} is out of stock.",
        "Invoice {near} is overdue.",
        "The call lasted 00:12:45 on {date}.",
        "hash={near}abcdef01",
    ),
    near=lambda rng: _d(rng, rng.choice((9, 11, 12, 13, 14))),
)

_MONTHS_FR = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_MONTHS_EN = "January February March April May June July August September October November December".split()

_ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}


def _day(rng: Rng) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1935, 2008)
    return rng.choice(
        (
            f"{day:02}/{month:02}/{year}",
            f"{day:02}.{month:02}.{year}",
            f"{day:02}-{month:02}-{year}",
            f"{year}-{month:02}-{day:02}",
            f"{day} {_MONTHS_FR[month - 1]} {year}",
            f"{'1er' if day == 1 else day} {_MONTHS_FR[month - 1].capitalize()} {year}",
            f"{_MONTHS_EN[month - 1]} {day}, {year}",
            f"{day} {_MONTHS_EN[month - 1][:3]} {year}",
            f"{day:02}/{month:02}/{year % 100:02}",
            f"{month}/{day}/{year}",
            f"{day}{_ORDINALS.get(day, 'th')} of {_MONTHS_EN[month - 1]} {year}",
        )
    )


def _no_day(rng: Rng) -> str:
    year = rng.randint(1935, 2008)
    return rng.choice(
        (
            f"{rng.randint(32, 99)}/{rng.randint(13, 99)}/{year}",
            f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2100, 2900)}",
            f"00/00/{year}",
            f"{rng.randint(100, 999)}.{rng.randint(10, 99)}.{year}",
            f"{year}-{rng.randint(13, 99)}-{rng.randint(32, 99)}",
            "JJ/MM/AAAA",
            str(year),
            f"{rng.randint(1, 28)}/{rng.randint(1, 12)}",
        )
    )


DOB = Type(
    "contact.dob",
    fr=(
        "Né le {value} à {city}",
        "Mme Durand, née le {value}, demande un congé.",
        "Date de naissance : {value}",
        "Dossier RH : Élise Moreau, {value}, 12 rue des Lilas, 69002 Lyon",
        "nom;date_naissance;ville\nDurand;{value};{city}",
        "DDN {value}, groupe sanguin O+",
        "Le patient (né(e) le {value}) est suivi depuis {year}.",
        '{"nom": "Dupont", "date_de_naissance": "{value}"}',
        "| Nom | Naissance |\n|---|---|\n| Durand | {value} |",
        "Son anniversaire, c'est le {value}.",
        "Je suis née à {city} le {value}.",
        "Salarié : Karim Benali, {value}, cadre",
        "<eleve><dateDeNaissance>{value}</dateDeNaissance></eleve>",
        "Né(e) le :\n\n{value}",
        "champ `naissance` = `{value}`",
        "site;naissance;grade\nNord;;2\nSud;;3\nUn site plus au sud encore;;1\nEst;;4\nOuest;{value};2",
        "Mme Girard, née Lambert Amélie le {value}, réclame son solde.",
        "Naissances de la semaine :\n- {value}",
        "{value} (date de naissance du titulaire)",
    ),
    en=(
        "DOB: {value}",
        "She was born on {value} in {city}.",
        "Date of birth {value}",
        "Patient John Carter, born {value}, was admitted.",
        "name,dob,city\nSmith,{value},{city}",
        '{"name": "Smith", "birth_date": "{value}"}',
        "| Name | Date of birth |\n|---|---|\n| Smith | {value} |",
        "D.O.B. {value}, blood group A",
        "His birthday is {value}.",
        "Birthdate={value};",
        "HR file: Olivia Brown, {value}, 14 High Street",
        "the witness (b. {value}) was heard",
        "childDob => '{value}'",
        "<li>Birth date</li> <b>{value}</b>",
        "ward,dob,bed\neast,,1\nwest,,2\nnorth and upper floor,,3\nsouth,{value},4",
    ),
    value=_day,
    miss=_no_day,
    near_fr=(
        "Contrat signé le {near}.",
        "Embauché le {near}, en poste à {city}.",
        "Facture du {near}, échéance à 30 jours",
        "Le {near} la loi a été promulguée.",
        "Dossier RH : avenant du {near} à signer",
        "Réunion reportée au {near} à {time}.",
        "La date de naissance doit être au format JJ/MM/AAAA.",
        "Anniversaire du club le {near}, venez nombreux.",
        "La naissance de l'association remonte au {near}.",
    ),
    near_en=(
        "The contract was signed on {near}.",
        "Invoice of {near}, due in 30 days",
        "Released on {near} under the MIT licence",
        "Meeting moved to {near} at {time}.",
        "Validate the date of birth field before saving.",
        "modified: {near}",
        "The birthday of the company is on {near}.",
    ),
)


def _place(rng: Rng) -> str:
    lat, lon = rng.uniform(-60, 70), rng.uniform(-170, 170)
    sort = rng.random()
    if sort < 0.45:
        gap = rng.choice((", ", ",", " ", " ; "))
        return f"{lat:.{rng.randint(4, 7)}f}{gap}{lon:.{rng.randint(4, 7)}f}"
    if sort < 0.75:
        north, east = "S" if lat < 0 else "N", "W" if lon < 0 else "E"
        a, b = abs(lat), abs(lon)
        minute, tick, second = rng.choice((("°", "'", '"'), ("° ", "′ ", "″ "), ("°", "’", "”")))
        return (
            f"{int(a)}{minute}{int(a % 1 * 60):02}{tick}{int(a * 60 % 1 * 60):02}{second}{north} "
            f"{int(b)}{minute}{int(b % 1 * 60):02}{tick}{int(b * 60 % 1 * 60):02}{second}{east}"
        )
    if sort < 0.85:
        return f"{abs(lat):.4f}° {'S' if lat < 0 else 'N'}, {abs(lon):.4f}° {'W' if lon < 0 else 'E'}"
    return f"lat={lat:.5f}, lng={lon:.5f}"


def _no_place(rng: Rng) -> str:
    return rng.choice(
        (
            f"{rng.uniform(91, 300):.4f}, {rng.uniform(181, 400):.4f}",
            f"{rng.randint(1, 90)}, {rng.randint(1, 180)}",
            f"{rng.uniform(-80, 80):.1f}, {rng.uniform(-80, 80):.1f}",
            f"{rng.uniform(0, 60):.4f}",
            f"{rng.randint(10, 40)}° C",
            f"v{rng.randint(1, 9)}.{rng.randint(0, 9999)}",
        )
    )


GEO = Type(
    "contact.geo",
    fr=(
        "Coordonnées GPS : {value}",
        "Le véhicule se trouve à la position {value}.",
        "Localisation du salarié ({value}) à {time}",
        "Point de rendez-vous, latitude et longitude : {value}",
        "nom;coordonnees\nDurand;{value}",
        '{"site": "Agence", "gps": "{value}"}',
        "Quelle ville est à la géolocalisation {value} ?",
        "| Site | GPS |\n|---|---|\n| Dépôt | {value} |",
        "Dernière position connue : {value}, le {date}.",
        "Son domicile a pour coordonnées géographiques {value}.",
    ),
    en=(
        "GPS coordinates: {value}",
        "The truck's location is {value}.",
        "Where is {value}? It is a latitude and longitude.",
        "name,coordinates\nSmith,{value}",
        '{"site": "Depot", "gps": "{value}"}',
        "last known position {value} at {time}",
        "| Site | GPS |\n|---|---|\n| Depot | {value} |",
        "Her home is at lat/long {value}.",
        "geolocation = ({value})",
        "Coordinates {value} were shared on {date}.",
    ),
    value=_place,
    miss=_no_place,
    near_fr=(
        "Les valeurs {near} sont les coefficients du modèle.",
        "Pertes : {near} après {small} époques",
        "Le prix passe de {amount} à {amount} euros.",
        "Les coordonnées bancaires sont sur le RIB.",
    ),
    near_en=(
        "The weights are {near} after training.",
        "loss, accuracy = {near}",
        "The ratio went from 0.4521, 0.3318 to 0.9.",
        "Coordinates are stored as two floats.",
        "x, y = 12.5, 33.1  # pixels",
    ),
    near=lambda rng: f"{rng.uniform(-60, 70):.4f}, {rng.uniform(-170, 170):.4f}",
)

_HANDLES = (
    "marie_durand",
    "jpmartin75",
    "Sophie.Leroy",
    "k-nguyen",
    "thewalker99",
    "lea.petit.photo",
    "ABenali",
    "olivia_b",
)


def _profile(rng: Rng) -> str:
    handle = rng.choice(_HANDLES)
    plain = handle.replace(".", "").replace("-", "_")
    www = rng.choice(("https://www.", "https://", "www.", "http://", ""))
    return rng.choice(
        (
            f"{www}linkedin.com/in/{plain.replace('_', '-')}",
            f"https://fr.linkedin.com/in/{plain.lower()}-1a2b3c/",
            f"{www}facebook.com/{handle.replace('-', '.')}",
            f"{www}instagram.com/{plain}/",
            f"{www}twitter.com/{plain}",
            f"https://x.com/{plain}",
            f"{www}tiktok.com/@{plain}",
            f"https://t.me/{plain}",
            f"{www}youtube.com/@{plain}",
            f"https://bsky.app/profile/{plain.replace('_', '')}.bsky.social",
            f"@{plain}@mastodon.social",
            f"@{plain}",
            f"@{plain}",
            f"@{plain}",
        )
    )


def _no_profile(rng: Rng) -> str:
    return rng.choice(
        (
            "https://www.linkedin.com/jobs/search",
            "https://twitter.com/login",
            "https://www.instagram.com/",
            "https://x.com/home",
            "https://www.facebook.com/business/help",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "@",
            "https://exemple.fr/in/page",
            "netflix.com/title",
        )
    )


SOCIAL = Type(
    "contact.social",
    fr=(
        "Mon compte Twitter : {value}",
        "Retrouvez-moi sur Instagram : {value} !",
        "Profil LinkedIn : {value}",
        "Elle publie sur TikTok sous le pseudo {value}.",
        "nom;telegram\nDurand;{value}",
        '{"nom": "Dupont", "instagram": "{value}"}',
        "| Réseau | Compte |\n|---|---|\n| Twitter | {value} |",
        "Contactez-le sur Telegram ({value}).",
        "Suivez {value} sur Instagram",
        "Son identifiant Snapchat est {value}, depuis {year}.",
    ),
    en=(
        "My Twitter handle is {value}.",
        "Find me on Instagram: {value}",
        "LinkedIn: {value}",
        "She posts on TikTok as {value}!",
        "name,instagram\nSmith,{value}",
        '{"name": "Smith", "twitter": "{value}"}',
        "| Network | Account |\n|---|---|\n| Instagram | {value} |",
        "Message him on Telegram ({value}).",
        "follow {value} on twitter",
        "social media account: {value}",
    ),
    value=_profile,
    miss=_no_profile,
    near_fr=(
        "Ajoutez le décorateur @dataclass à la classe.",
        "Rendez-vous @ {time} à {city}.",
        "L'équipe Twitter a publié un communiqué le {date}.",
        "Écris un post LinkedIn de {small} lignes sur notre produit.",
        "@Override public void run()",
        "Ping @equipe-infra, le déploiement est fini.",
    ),
    near_en=(
        "Use @property and @staticmethod here.",
        "Write a tweet of {small} words about our product.",
        "npm install @babel/core",
        "The Instagram API limits {small} calls an hour.",
        "cc @reviewers please look at this",
        "@Test void works() {}",
        "Our LinkedIn page has {small} followers @ {city}.",
    ),
)


TYPES = (EMAIL, PHONE, DOB, GEO, SOCIAL)
