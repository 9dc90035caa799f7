"""What a ruling does to a text: redaction on the way out, the guard on the way back."""
