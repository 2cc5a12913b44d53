"""Checks of a text against the other texts and the calendar: links, shared sentences, overdue reviews."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from documents.text.markdown import IMAGES_URL, is_internal
from documents.text.parsed import ParsedText
from documents.text.problems import Problem, truncate
from documents.text.sentences import Sentence

MAX_NAMED_ANCHORS = 30  # in one message


@dataclass(frozen=True)
class Library:
    """The other texts of the site: what a text may link to, and which sentences it should not repeat."""

    anchors_by_address: Mapping[str, Mapping[str, Collection[str]]]  # the anchors of each page, each with the facets that it eases
    address_by_fingerprint: Mapping[int, str]  # of the page with the sentence of that fingerprint
    is_page: Callable[[str], bool]  # whether an address belongs to a page that is not a document
    has_picture: Callable[[str], bool]  # whether there is a picture at an address under IMAGES_URL


def check_against_library(parsed: ParsedText, address: str, library: Library, today: date) -> list[Problem]:
    """Returns the problems that only the other texts and the calendar show. `address` is that of the text's own page."""
    shared = check_shared_sentences(parsed.sentences, address, library)
    return [*check_links(parsed, address, library), *shared, *check_review(parsed, today)]


def check_links(parsed: ParsedText, address: str, library: Library) -> Iterator[Problem]:
    own_anchors = {"": parsed.anchors, address: parsed.anchors}
    is_page, has_picture = cache(library.is_page), cache(library.has_picture)  # a text may link to one page a thousand times
    for link in parsed.links:
        path, _, anchor = link.address.partition("#")
        path = path.partition("?")[0]  # not normalized, so that "/guides/./a/" is reported: it may be plain words
        known = own_anchors.get(path, library.anchors_by_address.get(path))
        is_on_site = is_internal(link.address)
        if link.eases and (not is_on_site or "?" in link.address or (known is None and is_page(path))):
            message = f'"{link.address}" is no step. Write the address of its guide and its anchor alone: /guides/anxious/#name-alarm.'
            yield Problem(link.line, "link-broken", message)
            continue
        if not is_on_site:
            continue
        if path.startswith(IMAGES_URL):
            if not has_picture(path):
                message = f"There is no picture {path}. Upload it in the editor, or put its file into content{IMAGES_URL}."
                yield Problem(link.line, "image-missing", message)
            continue
        if known is None and not is_page(path):
            message = f'There is no page "{path}". Correct the address, or write that page first.'
            yield Problem(link.line, "link-broken", message)
        if known is not None and anchor and anchor not in known:
            message = f'There is no "#{anchor}" on {path or "this page"}. {describe_anchors(known)}'
            yield Problem(link.line, "link-broken", message)
        elif known is not None and link.eases and link.eases not in known.get(anchor, ()):
            message = f'"{link.address}" does not ease "{link.eases}". Choose a step that does, or add the facet to that step.'
            yield Problem(link.line, "step-eases-other", message)


def describe_anchors(anchors: Collection[str]) -> str:
    if len(anchors) > MAX_NAMED_ANCHORS:
        return f"It has {len(anchors)} others."
    return f"Its places are: {', '.join(map(truncate, sorted(anchors)))}."


def check_shared_sentences(sentences: Iterable[Sentence], address: str, library: Library) -> Iterator[Problem]:
    for sentence in sentences:
        other = library.address_by_fingerprint.get(sentence.fingerprint, address) if sentence.is_long else address
        if other != address:
            message = f'"{truncate(sentence.text)}" stands in {other} too. Say it in this text\'s own way.'
            yield Problem(sentence.line, "sentence-shared", message)


def check_review(parsed: ParsedText, today: date) -> Iterator[Problem]:
    if parsed.next_review and parsed.next_review < today:
        message = f"The text was to be checked by {parsed.next_review}."
        advice = 'Check it against its sources, then set "reviewed" and "next_review".'
        yield Problem(parsed.key_lines.get("next_review", 1), "review-overdue", f"{message} {advice}")
