"""What staff are told of a file that can't be inspected."""

from __future__ import annotations

from typing import Final

_SAID: Final = {
    "archive": ("it is an archive", "c'est une archive"),
    "blank_page": (
        "a page of it shows a picture and no text", "une de ses pages montre une image et aucun texte",
    ),
    "broken": ("it is damaged", "il est endommagé"),
    "encrypted": ("it is encrypted; save it without a password", "il est chiffré ; enregistrez-le sans mot de passe"),
    "entities": ("its XML defines entities", "son XML définit des entités"),
    "image": ("it is a picture", "c'est une image"),
    "memory": ("reading it takes too much memory", "sa lecture demande trop de mémoire"),
    "nested": ("files lie too deep inside it", "il contient des fichiers trop profondément imbriqués"),
    "not_base64": ("it isn't valid base64", "ce n'est pas du base64 valide"),
    "old_format": (
        "it is in an old Office format; save it as docx, xlsx or pptx",
        "il est dans un ancien format Office ; enregistrez-le en docx, xlsx ou pptx",
    ),
    "sound": ("it is a sound", "c'est un son"),
    "time": ("reading it takes too long", "sa lecture prend trop de temps"),
    "too_large": ("it is too large", "il est trop grand"),
    "too_many_files": ("there are too many files in this request", "cette requête contient trop de fichiers"),
    "too_many_objects": ("it has too many parts", "il a trop d'éléments"),
    "too_much_text": ("it holds too much text", "il contient trop de texte"),
    "unmapped_font": (
        "nothing in it says which letters its signs are", "rien n'y dit à quelles lettres répondent ses signes",
    ),
    "unpacks_too_large": ("it unpacks to far more than its size", "décompressé, il dépasse toute mesure"),
    "unread_inside": ("a file inside it can't be read", "un fichier qu'il contient ne peut pas être lu"),
    "unknown_type": ("its type isn't known here", "son type n'est pas connu ici"),
    "worker_died": ("reading it broke off", "sa lecture s'est interrompue"),
}  # fmt: skip


def words(reason: str) -> dict[str, str]:
    """One sentence in each language."""
    en, fr = _SAID[reason]
    return {"en": f"A file can't be inspected: {en}.", "fr": f"Un fichier ne peut pas être inspecté : {fr}."}
