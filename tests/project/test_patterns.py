"""Every regular expression takes linear time, whatever text is sent.

Every pattern is found without being named here: those that a module holds, alone or inside something else, and those that are
written where they are used. Each is tried on runs of what it looks for, with and without something that spoils the match.

A linear pattern takes half a millisecond for 10,000 characters, a quadratic one fifty or more; see tests/support/cpu_time.py.
"""

import ast
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]  # the only one who knows what a pattern looks for
from typing import Any, NamedTuple

import pytest
from django.conf import settings

from tests.support.cpu_time import takes_quadratic_time
from tests.support.packages import PACKAGES
from tests.support.sampling import sample

WHOLE, SEARCHING = {"match", "fullmatch"}, {"search", "findall", "finditer", "split", "sub", "subn"}
LENGTH, QUICK = 10_000, 0.005  # characters; seconds
SAMPLES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}
SPOILERS = ("\x7f", "x", "")


class Found(NamedTuple):
    """A pattern, where it is, and the methods of it that are called."""

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


# Finding them


def modules() -> dict[str, ast.Module]:
    """Our modules, by name."""
    files = (file for package in PACKAGES for file in sorted((settings.BASE_DIR / package).rglob("*.py")))
    return {named(file): ast.parse(file.read_text()) for file in files if "migrations" not in file.parts}


def nodes_of(trees: Mapping[str, ast.Module]) -> Iterator[tuple[str, ast.AST]]:
    return ((module, node) for module, tree in trees.items() for node in ast.walk(tree))


def named(file: Path) -> str:
    return ".".join(file.relative_to(settings.BASE_DIR).with_suffix("").parts)


def imports_re(node: ast.AST) -> bool:
    return isinstance(node, ast.Import) and any(alias.name == "re" for alias in node.names)


def held(value: Any, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    """A pattern, or the patterns inside a list, a mapping, a class or an instance of one."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from (pattern for inner in [*value.values()] if depth for pattern in held(inner, depth - 1))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (pattern for inner in value if depth for pattern in held(inner, depth - 1))
    elif type(value).__module__.split(".")[0] in PACKAGES or isinstance(value, type):
        yield from held(dict(vars(value)) if hasattr(value, "__dict__") else {}, depth)


def calls_of_re(nodes: Iterable[tuple[str, ast.AST]]) -> Iterator[tuple[str, ast.Call, str]]:
    for module, node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re":
            yield module, node, node.func.attr


def find() -> Iterator[Found]:
    trees = modules()
    used: dict[str, set[str]] = {}  # "QUERY" has "sub"
    for _, node in nodes_of(trees):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
    for module in dict.fromkeys(module for module, node in nodes_of(trees) if imports_re(node)):
        for name, value in vars(importlib.import_module(module)).items():
            yield from (Found(f"{module}.{name}", pattern, frozenset(used.get(name, ()))) for pattern in held(value))
    for call in calls_of_re(nodes_of(trees)):
        yield from written(*call)


def written(module: str, call: ast.Call, method: str) -> Iterator[Found]:
    """A pattern that is written where it is used, as in `re.sub("a+", ...)`."""
    if method in WHOLE | SEARCHING and isinstance(pattern := call.args[0], ast.Constant):
        yield Found(f"{module}:{call.lineno}", re.compile(str(pattern.value)), frozenset({method}))


def by_text(everywhere: Iterable[Found]) -> dict[str | bytes, Found]:
    """Returns each pattern once, with every method that is called on it: a list may hold it under one name and a call use another."""
    once: dict[str | bytes, Found] = {}
    for found in everywhere:
        known = once.setdefault(found.pattern.pattern, found)
        once[found.pattern.pattern] = known._replace(methods=known.methods | found.methods)
    return once


FOUND = by_text(find())

# Hostile texts


def words_of(parsed: Iterable[Any]) -> Iterator[str]:
    """What a parsed pattern looks for: its words, and one character of each class."""
    word = ""
    for what, value in parsed:
        if str(what) in {"LITERAL", "NOT_LITERAL"}:
            word += chr(value)
            yield chr(value)
        else:
            yield word
            word = ""
            yield from words_inside(str(what), value)
    yield word


def words_inside(what: str, value: Any) -> Iterator[str]:
    if what == "RANGE":
        yield chr(value[0])
    elif what == "CATEGORY":
        yield SAMPLES.get(str(value), "-")
    elif what == "ANY":
        yield "-"
    elif isinstance(value, _parser.SubPattern) or (isinstance(value, list) and value and isinstance(value[0], tuple)):
        yield from words_of(value)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from words_inside("", inner)


def kind_of(character: str) -> object:
    """Letters are alike, digits are alike, spaces are alike; every other character is a kind for itself."""
    kinds = (str.isalpha, str.isdigit, str.isspace)
    return next((kind for kind in kinds if kind(character)), character)


def hostile_texts(pattern: re.Pattern[Any]) -> Iterator[Callable[[int], str]]:
    """Makers of texts about as long as asked: runs of what the pattern knows, behind what it may begin with."""
    words = sorted(set(words_of(_parser.parse(pattern.pattern, pattern.flags))) - {""})
    longer = [word for word in words if len(word) > 1][:30]
    single = [*{kind_of(word): word for word in words if len(word) == 1}.values()][:14]
    runs = [*product(["", *single], single), *(("", word) for word in longer)]
    pairs = (("", first + second) for first, second in product([*single, *longer[:8]], single))
    for (begin, again), spoiler in product([*runs, *pairs], SPOILERS):
        yield lambda length, begin=begin, again=again, spoiler=spoiler: begin + again * (length // len(again)) + spoiler  # type: ignore[misc]


# Measuring


def scan(found: Found, text: str | bytes) -> None:
    """From the beginning if nobody searches with it; a pattern that nobody is known to use is searched for, which takes longer."""
    if found.methods & WHOLE and not found.methods & SEARCHING:
        found.pattern.fullmatch(text)
        found.pattern.match(text)
    else:
        for _ in found.pattern.finditer(text):
            pass


def is_quadratic(found: Found, make: Callable[[int], str]) -> bool:
    half, whole = make(LENGTH // 2), make(LENGTH)
    if isinstance(found.pattern.pattern, bytes):
        return takes_quadratic_time(partial(scan, found), half.encode(), whole.encode(), QUICK)
    return takes_quadratic_time(partial(scan, found), half, whole, QUICK)


@pytest.mark.parametrize("text", FOUND, ids=[found.place for found in FOUND.values()])
def test_a_pattern_takes_linear_time(text):
    found = FOUND[text]
    slow = [make(40) for make in sample(hostile_texts(found.pattern)) if is_quadratic(found, make)]
    assert not slow, f"{found.place}, {text}: {slow[:3]}"


def test_the_patterns_are_found():
    places = {found.place for found in FOUND.values()}
    assert {
        "ops.json_log.KEY",
        "web.page_cache.QUALITY",
        "documents.text.sentences.SENTENCE_END",
        "documents.text.markdown.ATTRIBUTE",
    } <= places
    assert any(re.fullmatch(r"guides\.parser:\d+", place) for place in places)


def test_a_pattern_used_in_place_is_a_constant_string():
    together = [
        f"{module}:{call.lineno}"
        for module, call, method in calls_of_re(nodes_of(modules()))
        if method in WHOLE | SEARCHING and not isinstance(call.args[0], ast.Constant)
    ]
    assert together == []


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        *sample(
            [
                (r"(?=[a-z-]*[A-Z0-9_])[A-Za-z0-9_-]{16,}", "search"),
                (r"\s*(?P<coding>[^;\s]+)\s*(?:;\s*q\s*=\s*(?P<q>[\d.]+))?\s*", "fullmatch"),
                (r"[.!?…]+[\"”’)\]]*(?=\s|$)", "search"),
                (r"\{\{.*?\}\}", "search"),
                (r"\[(?:name|insert [^\]]*)\]", "search"),
                (r"\b[1-9][\d,]* (?:people|couples)\b", "search"),
                (r"\s*\{([^{}]*)\}\s*$", "search"),
                (r"<sup>.*?</sup>|<[^>]*>", "search"),
            ]
        )
    ],
)
def test_a_quadratic_pattern_is_caught(pattern, method):
    found = Found("here", re.compile(pattern), frozenset({method}))
    assert any(is_quadratic(found, make) for make in hostile_texts(found.pattern))
