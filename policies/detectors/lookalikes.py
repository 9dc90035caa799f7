"""Letters of other alphabets that look like Latin ones: chosen after the idea of Unicode's confusables (UTS 39).

Only those that most fonts draw alike; letters that are merely similar would make nonsense of honest Greek or Russian.
"""

from __future__ import annotations

_PAIRS = (
    # Cyrillic
    ("аеорсухіјѕһԁԛԝ", "aeopcyxijshdqw"),
    ("АВЕКМНОРСТУХІЈЅԌԚԜҮ", "ABEKMHOPCTYXIJSGQWY"),
    # Greek
    ("αοροιυνκγχτϲϳ", "aopoiuvkyxtcj"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ABEZHIKMNOPTYXCJ"),
    # Armenian
    ("օսհոցզյՕՍ", "ouhngqjOU"),
    # Cherokee
    ("ᎠᎡᎢᎪᎫᎬᎳᎷᎻᏀᏃᏚᏙᏞᏟᏢᏦᏴᎽ", "DRTAJEWMHGZSVLCPKBY"),
    # Lisu
    ("ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "BPDTGKJCZFMNLSRVHWXYAEIOU"),
    # Latin letters of phonetics and of other languages
    ("ɑɡɩȷʋɪ", "agijvI"),
)
LOOKALIKES = {char: plain for chars, plains in _PAIRS for char, plain in zip(chars, plains, strict=True)}
# Letters in dark circles and squares, which Unicode gives no likeness.
LOOKALIKES |= {chr(first + place): chr(0x41 + place) for first in (0x1F150, 0x1F170) for place in range(26)}
