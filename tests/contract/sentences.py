"""Sentences of Markdown documents, without code and markup."""

import re
from collections.abc import Iterator

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*#|]|\d+\. ))")
END = re.compile(r"(?<=[.!?])[)\"*_]*\s+|\s+[|·→]\s+")
WORD = re.compile(r"\S*\w\S*")


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of a document; a cell of a table and an item of a list are texts of their own.

    Code counts as one word, and a link as its text. Colons and semicolons end no sentence.
    """
    text = CODE.sub("code", LINK.sub(r"\1", COMMENT.sub("", FENCE.sub("", text))))
    for block in BLOCK.split(text):
        for sentence in END.split(f" {' '.join(block.split())} "):
            if sentence.strip(" |-#*"):
                yield sentence.strip()


def words_in(sentence: str) -> int:
    """Return the number of words."""
    return len(WORD.findall(sentence))
