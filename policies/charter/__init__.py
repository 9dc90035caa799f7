"""The charter: what staff may send where, in plain words, made from the rules by asking them."""

from policies.charter.html import html
from policies.charter.markdown import markdown
from policies.charter.model import Charter, Place, Titles
from policies.charter.page import page
from policies.charter.statements import charter

__all__ = ["Charter", "Place", "Titles", "charter", "html", "markdown", "page"]
