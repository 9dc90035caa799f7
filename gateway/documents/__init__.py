"""Files that people edit, read into plain values that remember their line and column."""

from gateway.documents.loader import Document, Documents, load, load_texts
from gateway.documents.problems import DocumentsRefused, Problem, ProblemLike, Rendered, nearest

__all__ = [
    "Document",
    "Documents",
    "DocumentsRefused",
    "Problem",
    "ProblemLike",
    "Rendered",
    "load",
    "load_texts",
    "nearest",
]
