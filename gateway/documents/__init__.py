"""Files that people edit, read into plain values that remember their line and column."""

from gateway.documents.loader import Document, Documents, load, load_texts
from gateway.documents.problems import DocumentsRefused, Problem, ProblemLike, Rendered, nearest
from gateway.documents.writing import dump, inline

__all__ = [
    "Document",
    "Documents",
    "DocumentsRefused",
    "Problem",
    "ProblemLike",
    "Rendered",
    "dump",
    "inline",
    "load",
    "load_texts",
    "nearest",
]
