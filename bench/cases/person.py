"""People's names: behind a title, by their first name, in the headers and at the end of mail.

Titles: Lexique des règles typographiques en usage à l'Imprimerie nationale (M., MM., Mme, Mlle, Dr, Pr, Me), and their
English counterparts. Header fields: RFC 5322 3.6.2 and what French mail programs print for them. The signature mark
`-- ` is that of RFC 3676 4.3. Particles of surnames: circulaire du 28 octobre 2011, annex (de, du, des, le, la), and
van,
von, ben, el, o', mac.
"""

from __future__ import annotations

import random

from cases.form import Type

Rng = random.Random

# First names that a list of names should hold: France, its neighbours, the Maghreb, English-speaking countries.
_KNOWN = (
    "Sophie Julien Amélie Bernard Camille Élodie François Gaëlle Hugo Inès Karim Léa Nadia Olivier Pauline Quentin "
    "Rachid "
    "Thomas Valérie Yasmine Zoé Emily James Charlotte Liam Henry Jean-Pierre Marie-Claude Anne-Laure Jean-Baptiste "
    "Mathilde "
    "Fatima Mohamed Youssef Guillaume Thierry Sylvie Brigitte Chantal Gérard Maurice Monique Giulia Marco Lukas "
    "Ingrid Sven "
    "Carlos Lucía João Katarzyna Piotr Michael Jennifer Jessica Matthew Ashley Sarah Benjamin Nathalie Sébastien "
    "Virginie "
    "Kylian Maëlys Nolan Mamadou Fatoumata Oluwaseun Chidi Priya Arjun Hiroshi Yuki Minh Soukaina Abdelkader Oksana "
    "Bartosz Brittany Tyler Siobhan "
    "Alix Aurélie Étienne Stéphane Véronique Xavier Yves Éric Cédric Manon Chloé Lucas Enzo Nathan"
).split()
# Names that no list of first names is likely to hold.
_RARE = (
    "Warrane Bekbolat Tomomi Szabina Ravil Quinzia Soib Vilmante Oyelaran Thandeka Zebulon Ekwueme Hjalti Pelagia "
    "Wilfreda "
    "Anselmina Tjarda Ubaldine Ysolde Keziban"
).split()
_LAST = (
    "Martin Bernard Dubois Petit Durand Leroy Moreau Lefebvre Roux Fournier Girard Bonnet Lambert Fontaine Rousseau "
    "Benali "
    "Diallo Nguyen Smith Johnson Williams Taylor Walker Hughes Murphy Dupont-Moretti Lemoine-Raynaud O'Connor McGregor "
    "Müller Schmidt García Rossi Kowalski Guillou Labbé Pelletier Traoré"
).split()
_PARTICLE = (
    "de La Tour",
    "Le Gall",
    "du Pré",
    "van der Berg",
    "de Oliveira",
    "Ben Ali",
    "El Amrani",
    "von Braun",
    "Da Silva",
    "d'Aubigny",
)


def _surname(rng: Rng) -> str:
    return rng.choice(_LAST) if rng.random() < 0.85 else rng.choice(_PARTICLE)


def _known(rng: Rng) -> str:
    first, last = rng.choice(_KNOWN), _surname(rng)
    sort = rng.random()
    if sort < 0.7:
        return f"{first} {last}"
    if sort < 0.82:
        return f"{last.upper()} {first}"
    if sort < 0.92:
        return f"{first} {last.upper()}"
    if sort < 0.96:
        return f"{first} {rng.choice('ABCDEFJLMPRS')}. {last}"
    return f"{first} {rng.choice(_KNOWN)} {last}"


def _any(rng: Rng) -> str:
    first = rng.choice(_RARE) if rng.random() < 0.5 else rng.choice(_KNOWN)
    last = _surname(rng)
    return f"{first} {last}" if rng.random() < 0.8 else f"{first} {last.upper()}"


def _titled(rng: Rng) -> str:
    if rng.random() < 0.5:
        return _surname(rng)
    return _any(rng) if rng.random() < 0.7 else f"{rng.choice('ABCDEFJLMPRS')}. {_surname(rng)}"


TITLE = Type(
    "person.title",
    fr=(
        "Bonjour M. {value},",
        "Mme {value} est en congé jusqu'au {date}.",
        "Transmettre à Monsieur {value} avant {time}",
        "Madame {value} a signé le contrat.",
        "Le dossier du Dr {value} est complet.",
        "Me {value} plaide demain à {city}.",
        "Mlle {value} n'a pas répondu ;",
        "Le Pr {value} dirige le service.",
        "Maître {value}, notaire à {city}",
        "nom;ville\nM. {value};{city}",
        "Chère Mme {value} : votre demande est traitée.",
        "Le docteur {value} (cardiologie) reçoit à {time}.",
        "Qui remplace Mme {value}?",
        "Mme. {value} passera lundi.",
    ),
    en=(
        "Dear Mr. {value},",
        "Mrs. {value} called at {time}.",
        "Please tell Ms {value} that the room is free.",
        "Dr. {value} signed the report on {date}.",
        "Mr {value}'s contract ends soon.",
        "Professor {value} teaches in {city}.",
        "Prof. {value} replied;",
        "Miss {value} is our new tenant.",
        "name,city\nMrs {value},{city}",
        "According to Doctor {value}, it works.",
        '"Mr. {value}" <desk@example.org>',
        "Is Mrs {value} in today?",
        "Sir {value} was knighted in {year}.",
    ),
    value=_titled,
    near_fr=(
        "M. le directeur a répondu.",
        "Madame, Monsieur,\nVeuillez trouver ci-joint la facture.",
        "Mme la présidente ouvre la séance.",
        "Monsieur le Maire de {city}",
        "Il mesure 12 m. Le mur est plus haut.",
        "Le docteur est absent, le professeur aussi.",
        "Messieurs, la séance est levée.",
        "Comme Paris et {city}, même Lyon",
        "Maître de conférences à {city}",
        "Mr Bricolage brade ses perceuses.",
        "L'élection de Miss Bretagne a lieu le {date}.",
    ),
    near_en=(
        "Me too, said Paul.",
        "Dear Sir or Madam,",
        "Miss you all! See you Monday.",
        "The doctor will see you. Professor is a rank.",
        "Tell me Monday is fine.",
        "Let me Google that.",
        "Mr. President, thank you.",
        "I take 5 mg. The dose is low.",
        "Yes sir, Friday works. Madam Speaker agrees.",
        "Call me Tuesday. Prof. of Physics wanted",
        "A pair of Dr Martens costs {small} pounds.",
    ),
)

GAZETTEER = Type(
    "person.gazetteer",
    fr=(
        "{value} a rejoint l'équipe le {date}.",
        "Le contrat de {value} est prêt.",
        "Rédige une lettre pour {value}, cliente depuis {year}.",
        "Participants : {value}, la direction",
        "nom;ville\n{value};{city}",
        "Dossier RH : {value}, 21/07/1990",
        '{"salarié": "{value}", "statut": "cadre"}',
        "J'ai vu {value} hier à {time}.",
        "| Nom | Poste |\n|---|---|\n| {value} | cadre |",
        "Peux-tu relancer {value} ?",
        "- {value} (absent)",
        "Selon {value}, le budget est tenu.",
    ),
    en=(
        "{value} joined the team on {date}.",
        "Prepare a contract for {value}.",
        "The account belongs to {value}, a customer since {year}.",
        "Attendees: {value}, the board",
        "name,city\n{value},{city}",
        '{"employee": "{value}", "status": "active"}',
        "I met {value} yesterday at {time}.",
        "| Name | Role |\n|---|---|\n| {value} | lead |",
        "Could you call {value}?",
        "1. {value} (absent)",
        "the report was written by {value}.",
    ),
    value=_known,
    near_fr=(
        "Nantes, Robert et Victoire : lesquels sont des prénoms, lesquels des villes ?",
        "Le lycée Victor Hugo ouvre à {time}.",
        "La place Jean Jaurès est fermée.",
        "Le Crédit Agricole et la Société Générale recrutent.",
        "L'aéroport Charles de Gaulle accueille {small} vols.",
        "Visual Studio Code et Claude Code sont des outils.",
        "La ville de Saint Denis, près de Saint Martin",
        "Un jean Levis et une pierre Blanche",
        "Rendez-vous Lundi Matin ou Mardi Soir",
        "La fondation Louis Vuitton expose Monet.",
        "Une rose Rouge, un lot de {small} camélias",
        "Le prix Albert Londres {year}",
        "Le Mont Blanc, la Côte Basque et le Pays Basque",
        "La marque Paul Smith ouvre à {city}.",
        "Un parfum Nina Ricci et une montre Raymond Weil",
        "La boulangerie Marie Lambert vend {small} pains.",
    ),
    near_en=(
        "Will Monday work? May Day is a holiday.",
        "Grace Period ends on {date}; Mark Complete when done.",
        "Charlotte, North Carolina and Austin, Texas",
        "Victoria Station is near Hyde Park.",
        "Johns Hopkins University and Stanford University",
        "The Claude Sonnet and Claude Opus models",
        "Machine Learning and Data Science at San Jose State",
        "Dear Customer, Thank You for your order.",
        "Microsoft Word, Google Docs, Amazon Web Services",
        "Jack Daniels and Ben & Jerry's are brands; Martin Guitars too.",
        "The Julia Compiler and the Ruby Language in {small} minutes",
        "Calvin Klein and Tommy Hilfiger fell by {small} percent.",
    ),
)

SIGNATURE = Type(
    "person.signature",
    fr=(
        "De : {value} <contact@exemple.fr>\nObjet : relance\n\nBonjour,",
        "Merci d'avance.\n\nCordialement,\n{value}",
        "À demain.\nBien cordialement,\n\n{value}\nResponsable achats",
        "Merci.\n-- \n{value}\nChargée de mission\nDupont SA",
        "À : {value} <x@exemple.fr>\nCc : compta@exemple.fr",
        "Bien à vous,\n{value}\nTél. 01 02 03 04 05",
        "Sincères salutations,\n{value}",
        "Répondre.\n---\nDe : {value} [mailto:x@exemple.fr]\nEnvoyé : lundi {date}",
        "Expéditeur : {value} <x@exemple.fr>",
        "Cc : {value} <y@exemple.fr>\nObjet : point",
        "Le lun. 3 mars {year} à 10:12, {value} <x@exemple.fr> a écrit :",
        "Bonne journée,\n{value}",
        "Cdlt,\n{value}",
    ),
    en=(
        "From: {value} <desk@example.org>\nSubject: quote",
        "Thanks for your help.\n\nBest regards,\n{value}",
        "See you soon.\nKind regards,\n\n{value}\nHead of sales",
        "Thanks.\n-- \n{value}\nProject manager\nAcme Ltd",
        "To: {value} <x@example.org>\nCc: billing@example.org",
        "Sincerely,\n{value}\nPhone 555 0100",
        "Cheers,\n{value}",
        "On Mon, 3 Mar {year} at 10:12, {value} <x@example.org> wrote:",
        "Author: {value} <x@example.org>\nDate: {date}",
        "Yours faithfully,\n{value}",
        "Signed-off-by: {value} <x@example.org>",
        "Many thanks,\n{value}",
        "All the best,\n{value}",
    ),
    value=_any,
    near_fr=(
        "De : Service paie <paie@exemple.fr>\nObjet : bulletin",
        "Cordialement,\nL'équipe support",
        "Bien cordialement,\nLe service client",
        "De : contact@exemple.fr\nÀ : compta@exemple.fr",
        "Merci.\n-- \nEnvoyé de mon iPhone",
        "Il a répondu cordialement, la Direction aussi.",
        "De : la direction, À : toutes les équipes",
        "Termine par « Cordialement, » et rien de plus.",
        "Comment traduire « Best regards » en français ?",
    ),
    near_en=(
        "From: Billing Department <billing@example.org>\nSubject: invoice",
        "Best regards,\nThe Support Team",
        "Kind regards,\nYour Customer Service",
        "From: no-reply@example.org\nTo: desk@example.org",
        "Thanks.\n-- \nSent from my iPhone",
        "From Monday To Friday, we work in {city}.",
        "from: 10\nto: 20",
        "Sincerely, I think that Friday is better.",
        "Regards,\n\n\n[Your Name]",
        "Cheers,\nEveryone",
        "Kind regards,\nHarbour Solutions",
    ),
)

TYPES = (TITLE, GAZETTEER, SIGNATURE)
