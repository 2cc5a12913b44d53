"""What can be wrong with a text, whatever its kind: each check takes parsed text and answers problems with their lines."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Protocol

from markdown_it.token import Token

from documents.characters import check_address, check_characters
from documents.problems import Problem
from documents.references import Reference
from documents.render import IMAGES, is_allowed_address, is_own_address, line_of, lined_children, plain_text
from documents.source import Node

CITED = "\ue000"  # stands for a citation while sentences are cut
ADDRESSES = {"link_open": "href", "image": "src"}
# Each pattern below takes time in proportion to the text: it begins to match where a run of its first characters does (hence the
# look-behinds), gives nothing back that can't help it (hence the "++"), and looks for an end no further than the next beginning.
SENTENCE_END = re.compile(rf"(?<![.!?…])[.!?…]++[\"”’)\]]*+(?:\s*+{CITED})*(?=\s|$)")
ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "Dr.", "Mr.", "Ms.", "Mrs.", "St.")
MOST_NAMED = 30  # places of a page that a message lists
SHORTEST_REPEAT = 4  # words; shorter sentences ("Yes.", "It can change.") may recur

CLAIM = re.compile(
    r"\bresearch(?:ers?)?\b|\bscientists?\b|\bevidence\b|\bmeta-analys[ie]s\b|\bstudies\b|\bproven\b|\bper ?cent\b|\d ?%"
    r"|\b(?:an?|one|the|this|that|each|\d+) study\b|\btrials?\b(?! and error)|\bexperiments? (?:found|shows?|showed|suggests?)\b"
    r"|(?<![\w,])[1-9][\d,]*+ (?:people|couples|adults|students|patients|participants|women|men)\b",
    re.IGNORECASE,
)
# Verbs that are hardly ever nouns. Straight after a preposition or "use", a bare one is what a template left behind.
VERBS = "accept|admit|avoid|become|breathe|choose|convince|dismiss|express|ignore|notice|seek|suppress|tolerate|withdraw"
MERGE_FIELD = re.compile(
    rf"\b(?:use|using|like|of|by|toward|towards|into|with) (?:{VERBS})\b"
    rf"|\b(?:use|using) \w+, (?:{VERBS})\b|\buse pause\b"
    r"|\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%(?!\})).)*?%\}|%\(?\w*\)?s\b|\blorem ipsum\b"
    r"|\[(?:name|style|trigger|insert (?:(?!\[insert )[^\]])*+)\]|\bundefined\b",
    re.IGNORECASE,
)
# Most sentences have none of these, and need not be searched (a third of the time of a check).
CLAIM_HINT = re.compile(r"[Rr]esearch|[Ss]cient|[Ee]viden|[Mm]eta|[Ss]tud|[Pp]rove|[Cc]ent|[Tt]rial|[Ee]xperim|\d")
MERGE_HINT = re.compile(rf"{VERBS}|pause|[{{%\[]|ipsum|undefined")


@dataclass(frozen=True)
class Sentence:
    text: str
    line: int
    cited: bool = False

    @cached_property
    def normal(self) -> str:
        """Words alone: two sentences that differ in case, marks or spaces are the same sentence."""
        return " ".join(re.findall(r"\w+", self.text.casefold().replace("’", "'")))

    @property
    def is_long(self) -> bool:
        return self.normal.count(" ") + 1 >= SHORTEST_REPEAT

    @property
    def fingerprint(self) -> int:
        """64 bits, signed as Postgres's bigint is."""
        return int.from_bytes(blake2b(self.normal.encode(), digest_size=8).digest(), signed=True)


@dataclass(frozen=True)
class Link:
    address: str
    line: int
    eases: str = ""  # the facet that the place has to ease; empty where any place will do


class Reading(Protocol):
    """A text of any kind, read: what its page, its lists and the checks across texts need."""

    @property
    def title(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def style(self) -> str | None: ...
    @property
    def reviewed(self) -> date | None: ...
    @property
    def next_review(self) -> date | None: ...
    @property
    def anchors(self) -> Mapping[str, Collection[str]]: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def sentences(self) -> tuple[Sentence, ...]: ...
    @property
    def key_lines(self) -> Mapping[str, int]: ...
    @property
    def problems(self) -> tuple[Problem, ...]: ...


@dataclass(frozen=True)
class Library:
    """The other texts of the site: what a text may point to, and what it should not repeat."""

    anchors: Mapping[str, Mapping[str, Collection[str]]]  # by address: the places of its page, and the facets that each eases
    sentences: Mapping[int, str]  # the address that each fingerprint stands at
    is_page: Callable[[str], bool]  # whether an address is one of the site's fixed pages
    has_picture: Callable[[str], bool]  # whether the site has the picture of an address under IMAGES


def inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "inline")


def sentences_of(tokens: Sequence[Token], first_line: int) -> tuple[Sentence, ...]:
    """Every sentence that a reader sees, in order. Headings are none; the end of a paragraph or of a list's item ends one."""
    return tuple(
        sentence
        for before, inline in pairwise(tokens)
        if inline.type == "inline" and before.type != "heading_open"
        for sentence in cut(plain_text(inline, citation=CITED), line_of(inline) + first_line)
    )


def cut(text: str, line: int) -> Iterator[Sentence]:
    start = 0
    for end in [*sentence_ends(text), len(text)]:
        piece = text[start:end]
        words = piece.replace(CITED, " ").split()
        if words:
            skipped = piece[: len(piece) - len(piece.lstrip())]
            yield Sentence(" ".join(words), line + skipped.count("\n"), CITED in piece)
        line += piece.count("\n")
        start = end


def sentence_ends(text: str) -> list[int]:
    ends = (match.end() for match in SENTENCE_END.finditer(text))
    return [end for end in ends if not text.endswith(ABBREVIATIONS, 0, end)]


def links_of(tokens: Sequence[Token], first_line: int) -> tuple[Link, ...]:
    """The addresses that a text leads to or shows."""
    return tuple(
        Link(str(child.attrGet(ADDRESSES[child.type])), line + first_line)
        for inline in inlines(tokens)
        for line, child in lined_children(inline)
        if child.type in ADDRESSES
    )


def count_words(tokens: Sequence[Token]) -> int:
    return sum(len(re.findall(r"\w[\w’'-]*", plain_text(inline))) for inline in inlines(tokens))


def check_markup(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Raw HTML, headings out of place, pictures without words or from elsewhere, links to nowhere good, words where no page shows them."""
    yield from check_definitions(tokens, first_line)
    for token in tokens:
        line = line_of(token) + first_line
        if token.type == "html_block":
            yield raw_html(line, token.content)
        if token.type == "heading_open" and (token.level > 0 or token.tag not in {"h2", "h3"}):
            yield Problem(line, "heading-level", 'Only "##" and "###" at the left margin are headings here. Use one of them.')
        if token.type == "fence" and len(token.info.split()) > 1:
            said = f'"{short(token.info.strip())}" after the {token.markup} is not shown. Put it into the line below.'
            yield Problem(line, "text-not-shown", said)
    for inline in inlines(tokens):
        for line, child in lined_children(inline):
            yield from check_inline(child, line + first_line)


def check_definitions(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """The addresses of links that stand in lines such as `[label]: address "title"`. Of one label the first counts."""
    used = {child.meta.get("label") for inline in inlines(tokens) for child in inline.children or ()}
    for token in tokens:
        if token.type == "definition":
            line, meta = line_of(token) + first_line, token.meta
            if meta["id"] not in used:
                said = f'"[{short(meta["label"])}]: ..." is read as the address of a link that is not there, and is not shown.'
                yield Problem(line, "text-not-shown", f'{said} Put a \\ before "[" if it is text, or take it out.')
            if meta["title"]:
                yield hidden_title(meta["title"], line)
            used.discard(meta["id"])


def hidden_title(title: str, line: int) -> Problem:
    said = f'"{short(title)}" comes after an address, where no reader sees it. Write it into the text, or take it out.'
    return Problem(line, "text-not-shown", said)


def check_inline(token: Token, line: int) -> Iterator[Problem]:
    if token.type == "html_inline":
        yield raw_html(line, token.content)
    if token.type == "link_open" and not is_allowed_address(address := str(token.attrGet("href"))):
        said = f'The link to "{address}" can\'t be used. Link to https://, mailto:, tel:, or a page of this site such as /help/.'
        yield Problem(line, "link-scheme", said)
    if token.type == "image":
        yield from check_image(token, line)
    if token.type in ADDRESSES and "label" not in token.meta and (title := str(token.attrGet("title") or "")):
        yield hidden_title(title, line)
    if token.type == "text" and "[@" in token.content:
        yield Problem(line, "citation-unknown", "A citation can't be read. Write [@key], or [@key; @other-key] for two.")


def check_image(token: Token, line: int) -> Iterator[Problem]:
    source = str(token.attrGet("src"))
    if not token.content.strip():
        said = f'The image "{source}" has no text for readers who can\'t see it. Say what it shows: ![what it shows]({source}).'
        yield Problem(line, "image-without-alt", said)
    if not source.startswith(IMAGES):
        said = f'The image "{source}" is not on this site. Upload it in the editor; its address then begins with {IMAGES}.'
        yield Problem(line, "image-elsewhere", said)


def raw_html(line: int, content: str) -> Problem:
    start = content.strip().split("\n")[0][:40]
    if start.startswith("<!--"):
        return Problem(line, "raw-html", f'"{start}" is a comment, and readers would see it. Take it out.')
    return Problem(line, "raw-html", f'"{start}" is HTML. Write it in Markdown; put a \\ before "<" to show the sign itself.')


def check_entities(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Characters that nobody sees, written as entities such as `&#8203;` or within addresses. The source names the others."""
    for inline in inlines(tokens):
        if "&" in inline.content:
            yield from check_characters(plain_text(inline), line_of(inline) + first_line)
        for line, child in lined_children(inline):
            if child.type in ADDRESSES:
                yield from check_address(str(child.attrGet(ADDRESSES[child.type])), inline.content, line + first_line)


def check_citations(tokens: Sequence[Token], first_line: int, references: Mapping[str, Reference]) -> Iterator[Problem]:
    for inline in inlines(tokens):
        for line, child in lined_children(inline):
            for key in child.meta.get("keys", ()) if child.type == "citation" else ():
                if key not in references:
                    said = f'"@{key}" is not in references.json. Correct the key, or add the work there first.'
                    yield Problem(line + first_line, "citation-unknown", said)


def check_sentences(sentences: Sequence[Sentence]) -> Iterator[Problem]:
    """Repetition within the text, claims without a source, and what a template left behind."""
    places: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        if sentence.is_long:
            places[sentence.normal].append(sentence)
        if not sentence.cited and CLAIM_HINT.search(sentence.text) and CLAIM.search(sentence.text):
            said = f'"{short(sentence.text)}" speaks of research and names no source. Cite one with [@key] before the full stop.'
            yield Problem(sentence.line, "claim-without-source", said)
        if MERGE_HINT.search(sentence.text) and (found := MERGE_FIELD.search(sentence.text)):
            said = f'"{found[0]}" looks like a gap that a template filled. Read the sentence aloud and write it anew.'
            yield Problem(sentence.line, "merge-field", said)
    for same in places.values():
        if len(same) > 1:
            yield repeated(same)


def repeated(same: Sequence[Sentence]) -> Problem:
    said = f'"{short(same[0].text)}" stands {len(same)} times, in lines {{lines}}. Keep one, and say something new elsewhere.'
    code = "sentence-twice" if len(same) == 2 else "sentence-repeated"
    return Problem(same[1].line, code, said, tuple(sentence.line for sentence in same))


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."


def check_across(reading: Reading, address: str, library: Library, today: date) -> list[Problem]:
    """What only the other texts and the calendar show. `address` is the text's own."""
    shared = check_shared(reading.sentences, address, library)
    return [*check_links(reading, address, library), *shared, *check_review(reading, today)]


def check_links(reading: Reading, address: str, library: Library) -> Iterator[Problem]:
    own = {"": reading.anchors, address: reading.anchors}
    is_page, has_picture = cache(library.is_page), cache(library.has_picture)  # a text may name one a thousand times
    for link in reading.links:
        path, _, anchor = link.address.partition("#")
        path = path.partition("?")[0]
        known = own.get(path, library.anchors.get(path))
        is_own = is_own_address(link.address)
        if link.eases and (not is_own or "?" in link.address or (known is None and library.is_page(path))):
            said = f'"{link.address}" is no step. Write the address of its guide and its anchor alone: /guides/anxious/#name-alarm.'
            yield Problem(link.line, "link-broken", said)
            continue
        if not is_own:
            continue
        if path.startswith(IMAGES):
            if not has_picture(path):
                said = f"There is no picture {path}. Upload it in the editor, or put its file into content{IMAGES}."
                yield Problem(link.line, "image-missing", said)
            continue
        if known is None and not is_page(path):
            said = f'There is no page "{path}". Correct the address, or write that page first.'
            yield Problem(link.line, "link-broken", said)
        if known is not None and anchor and anchor not in known:
            said = f'There is no "#{anchor}" on {path or "this page"}. {places_named(known)}'
            yield Problem(link.line, "link-broken", said)
        elif known is not None and link.eases and link.eases not in known.get(anchor, ()):
            said = f'"{link.address}" does not ease "{link.eases}". Choose a step that does, or add the facet to that step.'
            yield Problem(link.line, "step-eases-other", said)


def places_named(places: Collection[str]) -> str:
    return f"Its places are: {', '.join(map(short, sorted(places)))}." if len(places) <= MOST_NAMED else f"It has {len(places)} others."


def check_shared(sentences: Iterable[Sentence], address: str, library: Library) -> Iterator[Problem]:
    for sentence in sentences:
        place = library.sentences.get(sentence.fingerprint, address) if sentence.is_long else address
        if place != address:
            said = f'"{short(sentence.text)}" stands in {place} too. Say it in this text\'s own way.'
            yield Problem(sentence.line, "sentence-shared", said)


def check_review(reading: Reading, today: date) -> Iterator[Problem]:
    if reading.next_review and reading.next_review < today:
        said = f'The text was to be checked by {reading.next_review}. Check it against its sources, then set "reviewed" and "next_review".'
        yield Problem(reading.key_lines.get("next_review", 1), "review-overdue", said)


def key_lines(fields: Mapping[str, Node]) -> dict[str, int]:
    return {key: node.line for key, node in fields.items()}
