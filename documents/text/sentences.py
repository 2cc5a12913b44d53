"""Splits a text into sentences, and checks each of them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise

from markdown_it.token import Token

from documents.text.markdown import CITATION_MARK, line_of, plain_text
from documents.text.problems import Problem, truncate

# The time of each pattern below grows in proportion to the text. A match begins at the start of a run of characters (hence the
# look-behinds), quantifiers are possessive where backtracking can't help, and no search for an end goes past the next beginning.
SENTENCE_END = re.compile(rf"(?<![.!?…])[.!?…]++[\"”’)\]]*+(?:\s*+{CITATION_MARK})*(?=\s|$)")
ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "Dr.", "Mr.", "Ms.", "Mrs.", "St.")
MIN_REPEATED_WORDS = 4  # shorter sentences, such as "It can change.", may be repeated
CLAIM = re.compile(
    r"\bresearch(?:ers?)?\b|\bscientists?\b|\bevidence\b|\bmeta-analys[ie]s\b|\bstudies\b|\bproven\b|\bper ?cent\b|\d ?%"
    r"|\b(?:an?|one|the|this|that|each|\d+) study\b|\btrials?\b(?! and error)|\bexperiments? (?:found|shows?|showed|suggests?)\b"
    r"|(?<![\w,])[1-9][\d,]*+ (?:people|couples|adults|students|patients|participants|women|men)\b",
    re.IGNORECASE,
)
# Verbs that are hardly ever nouns. Right after a preposition or "use", one was probably filled in by a template.
VERBS = "accept|admit|avoid|become|breathe|choose|convince|dismiss|express|ignore|notice|seek|suppress|tolerate|withdraw"
MERGE_FIELD = re.compile(
    rf"\b(?:use|using|like|of|by|toward|towards|into|with) (?:{VERBS})\b"
    rf"|\b(?:use|using) \w+, (?:{VERBS})\b|\buse pause\b"
    r"|\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%(?!\})).)*?%\}|%\(?\w*\)?s\b|\blorem ipsum\b"
    r"|\[(?:name|style|trigger|insert (?:(?!\[insert )[^\]])*+)\]|\bundefined\b",
    re.IGNORECASE,
)
# Sentences without any of these are not searched with the patterns above, which saves a third of the time of a check.
CLAIM_HINT = re.compile(r"[Rr]esearch|[Ss]cient|[Ee]viden|[Mm]eta|[Ss]tud|[Pp]rove|[Cc]ent|[Tt]rial|[Ee]xperim|\d")
MERGE_HINT = re.compile(rf"{VERBS}|pause|[{{%\[]|ipsum|undefined")


@dataclass(frozen=True)
class Sentence:
    text: str
    line: int
    has_citation: bool = False

    @cached_property
    def normalized(self) -> str:
        """The words in lower case: sentences that differ only in case, punctuation or spaces are the same."""
        return " ".join(re.findall(r"\w+", self.text.casefold().replace("’", "'")))

    @property
    def is_long(self) -> bool:
        return self.normalized.count(" ") + 1 >= MIN_REPEATED_WORDS

    @property
    def fingerprint(self) -> int:
        """A hash of the words as a signed 64-bit integer, which fits into Postgres's bigint."""
        return int.from_bytes(blake2b(self.normalized.encode(), digest_size=8).digest(), signed=True)


def sentences_of(tokens: Sequence[Token], first_line: int) -> tuple[Sentence, ...]:
    """Returns the sentences in their order, without headings. No sentence goes past the end of a paragraph or list item."""
    return tuple(
        sentence
        for before, inline in pairwise(tokens)
        if inline.type == "inline" and before.type != "heading_open"
        for sentence in split_sentences(plain_text(inline, citation=CITATION_MARK), line_of(inline) + first_line)
    )


def split_sentences(text: str, line: int) -> Iterator[Sentence]:
    """Yields the sentences of a paragraph that begins on `line`."""
    start = 0
    for end in [*sentence_ends(text), len(text)]:
        piece = text[start:end]
        words = piece.replace(CITATION_MARK, " ").split()
        if words:
            skipped = piece[: len(piece) - len(piece.lstrip())]
            yield Sentence(" ".join(words), line + skipped.count("\n"), CITATION_MARK in piece)
        line += piece.count("\n")
        start = end


def sentence_ends(text: str) -> list[int]:
    ends = (match.end() for match in SENTENCE_END.finditer(text))
    return [end for end in ends if not text.endswith(ABBREVIATIONS, 0, end)]


def check_sentences(sentences: Sequence[Sentence]) -> Iterator[Problem]:
    """Reports repeated sentences, claims without a source, and gaps that a template left."""
    same_words: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        if sentence.is_long:
            same_words[sentence.normalized].append(sentence)
        if not sentence.has_citation and CLAIM_HINT.search(sentence.text) and CLAIM.search(sentence.text):
            message = f'"{truncate(sentence.text)}" speaks of research and names no source. Cite one with [@key] before the full stop.'
            yield Problem(sentence.line, "claim-without-source", message)
        if MERGE_HINT.search(sentence.text) and (found := MERGE_FIELD.search(sentence.text)):
            message = f'"{found[0]}" looks like a gap that a template filled. Read the sentence aloud and write it anew.'
            yield Problem(sentence.line, "merge-field", message)
    for repeated in same_words.values():
        if len(repeated) > 1:
            yield repetition(repeated)


def repetition(sentences: Sequence[Sentence]) -> Problem:
    first, count = truncate(sentences[0].text), len(sentences)
    message = f'"{first}" stands {count} times, in lines {{lines}}. Keep one, and say something new elsewhere.'
    code = "sentence-twice" if count == 2 else "sentence-repeated"
    return Problem(sentences[1].line, code, message, tuple(sentence.line for sentence in sentences))
