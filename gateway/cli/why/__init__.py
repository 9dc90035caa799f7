"""Why a call wasn't served: from a time as somebody says it to the answer in words."""
