"""`python -m observability.logs`: the reference page."""

import sys

from observability.logs.page import page

if __name__ == "__main__":
    sys.stdout.write(page())
