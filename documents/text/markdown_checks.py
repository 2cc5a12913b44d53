"""The checks on the Markdown of any text. Each yields problems with their lines; `first_line` is the line the body begins on."""

from collections.abc import Iterator, Mapping, Sequence

from markdown_it.token import Token

from documents.text.characters import check_address, check_characters
from documents.text.markdown import ADDRESS_ATTRIBUTES, IMAGES_URL, children_with_lines, inlines, is_allowed_link, line_of, plain_text
from documents.text.problems import Problem, truncate
from documents.text.references import Reference


def check_markup(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Checks HTML, heading levels, images, the schemes of links, and words that no page would show."""
    yield from check_definitions(tokens, first_line)
    for token in tokens:
        line = line_of(token) + first_line
        if token.type == "html_block":
            yield raw_html(line, token.content)
        if token.type == "heading_open" and (token.level > 0 or token.tag not in {"h2", "h3"}):
            yield Problem(line, "heading-level", 'Only "##" and "###" at the left margin are headings here. Use one of them.')
        if token.type == "fence" and len(token.info.split()) > 1:
            message = f'"{truncate(token.info.strip())}" after the {token.markup} is not shown. Put it into the line below.'
            yield Problem(line, "text-not-shown", message)
    for inline in inlines(tokens):
        for line, child in children_with_lines(inline):
            yield from check_inline(child, line + first_line)


def check_definitions(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Checks link reference definitions, `[label]: address "title"`. Markdown uses the first one with a label."""
    used = {child.meta.get("label") for inline in inlines(tokens) for child in inline.children or ()}
    for token in tokens:
        if token.type == "definition":
            line, meta = line_of(token) + first_line, token.meta
            if meta["id"] not in used:
                message = f'"[{truncate(meta["label"])}]: ..." is read as the address of a link that is not there, and is not shown.'
                yield Problem(line, "text-not-shown", f'{message} Put a \\ before "[" if it is text, or take it out.')
            if meta["title"]:
                yield title_not_shown(meta["title"], line)
            used.discard(meta["id"])


def title_not_shown(title: str, line: int) -> Problem:
    message = f'"{truncate(title)}" comes after an address, where no reader sees it. Write it into the text, or take it out.'
    return Problem(line, "text-not-shown", message)


def check_inline(token: Token, line: int) -> Iterator[Problem]:
    if token.type == "html_inline":
        yield raw_html(line, token.content)
    if token.type == "link_open" and not is_allowed_link(address := str(token.attrGet("href"))):
        message = f'The link to "{address}" can\'t be used. Link to https://, mailto:, tel:, or a page of this site such as /help/.'
        yield Problem(line, "link-scheme", message)
    if token.type == "image":
        yield from check_image(token, line)
    if token.type in ADDRESS_ATTRIBUTES and "label" not in token.meta and (title := str(token.attrGet("title") or "")):
        yield title_not_shown(title, line)
    if token.type == "text" and "[@" in token.content:
        yield Problem(line, "citation-unknown", "A citation can't be read. Write [@key], or [@key; @other-key] for two.")


def check_image(token: Token, line: int) -> Iterator[Problem]:
    source = str(token.attrGet("src"))
    if not token.content.strip():
        message = f'The image "{source}" has no text for readers who can\'t see it. Say what it shows: ![what it shows]({source}).'
        yield Problem(line, "image-without-alt", message)
    if not source.startswith(IMAGES_URL):
        message = f'The image "{source}" is not on this site. Upload it in the editor; its address then begins with {IMAGES_URL}.'
        yield Problem(line, "image-elsewhere", message)


def raw_html(line: int, content: str) -> Problem:
    start = content.strip().split("\n")[0][:40]
    if start.startswith("<!--"):
        return Problem(line, "raw-html", f'"{start}" is a comment, and readers would see it. Take it out.')
    return Problem(line, "raw-html", f'"{start}" is HTML. Write it in Markdown; put a \\ before "<" to show the sign itself.')


def check_entities(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Reports invisible characters written as entities, such as `&#8203;`, and those in addresses. `check_source` reports the others."""
    for inline in inlines(tokens):
        if "&" in inline.content:
            yield from check_characters(plain_text(inline), line_of(inline) + first_line)
        for line, child in children_with_lines(inline):
            if child.type in ADDRESS_ATTRIBUTES:
                yield from check_address(str(child.attrGet(ADDRESS_ATTRIBUTES[child.type])), inline.content, line + first_line)


def check_citations(tokens: Sequence[Token], first_line: int, references: Mapping[str, Reference]) -> Iterator[Problem]:
    for inline in inlines(tokens):
        for line, child in children_with_lines(inline):
            for key in child.meta.get("keys", ()) if child.type == "citation" else ():
                if key not in references:
                    message = f'"@{key}" is not in references.json. Correct the key, or add the work there first.'
                    yield Problem(line + first_line, "citation-unknown", message)
