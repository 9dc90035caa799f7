"""Messages to the company's own addresses, signed, sent beside the calls."""
