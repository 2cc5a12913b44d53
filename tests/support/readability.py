"""The Flesch-Kincaid grade of a text (Kincaid and others, 1975): 0.39 W/S + 11.8 Y/W - 15.59.

W words, S sentences, Y syllables, counted by their vowels: exact enough to notice a text that has become too hard.
"""

import re
from collections.abc import Sequence


def grade(sentences: Sequence[str]) -> float:
    """US school grade of the sentences."""
    words = [word for sentence in sentences for word in re.findall(r"[a-z]+", sentence.lower().replace("’", "").replace("'", ""))]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Counts groups of vowels, without the silent ones of -e, -es and -ed."""
    silent = re.search(r"[^aeiouyl]e$|[^aeiouyscxzg]es$|[^aeiouytd]ed$", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)) - bool(silent))
