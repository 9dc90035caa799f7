"""Recorded calls, judged anew: what another bundle would have made of them."""
