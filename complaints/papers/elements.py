"""XML from outside, read into a tree: without namespaces, and without anything it could do harm with.

A document type is refused, so there are no entities to expand and nothing to fetch.
"""

from functools import lru_cache
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_ELEMENTS = 1_000_000
DEEPEST = 150


class BadXml(ValueError):
    """Not XML, or XML that must not be read."""


def read_tree(content: bytes) -> Element:
    """The root of `content`. Names, also of attributes, are the local ones: 'p', not '{http://…}p'.

    Raises BadXml where it is broken, declares a document type, or is larger or deeper than a document is.
    """
    builder = TreeBuilder()
    count = depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count, depth = count + 1, depth + 1
        if count > MOST_ELEMENTS or depth > DEEPEST:
            raise BadXml("It is larger or deeper than a document is.")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    def refuse(*_: object) -> None:
        raise BadXml("It declares a document type.")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except BadXml:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadXml(f"It is not XML: {error}") from error
    return builder.close()


@lru_cache(maxsize=1000)
def _local(name: str) -> str:
    return name.rpartition("}")[2]
