"""Files that people edit, read into plain values that remember their line and column."""

from gateway.documents.loader import Document, Documents, is_document, load, load_texts, read_file
from gateway.documents.problems import DocumentsRefused, Problem, ProblemLike, Rendered, nearest, plain, unknown
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
    "is_document",
    "load",
    "load_texts",
    "nearest",
    "plain",
    "read_file",
    "unknown",
]
