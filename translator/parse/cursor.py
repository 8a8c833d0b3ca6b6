"""A place in a filter's tokens, and the errors that name it."""

from __future__ import annotations

from translator.errors import InputError
from translator.parse.lexer import Token, syntax_error, tokenize


class Cursor:
    """The tokens of a text, taken one after the other.

    Raises: InputError(filter-syntax) when the text does not divide into tokens.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0

    @property
    def next(self) -> Token:
        """The token that will be taken."""
        return self.tokens[self.index]

    def take(self) -> Token:
        """The next token; the last one, END, is never passed."""
        token = self.next
        self.index += token.kind != "end"
        return token

    def accept(self, mark: str) -> bool:
        """Take the mark or the sign, if it comes next."""
        token = self.next
        if token.kind in ("mark", "sign") and token.text == mark:
            self.index += 1
            return True
        return False

    def expect(self, mark: str) -> None:
        """Take the mark, which must come next."""
        if not self.accept(mark):
            raise self.unexpected(self.take(), f"expected '{mark}'")

    def unexpected(self, token: Token, expected: str, hint: str = "") -> InputError:
        """The error for a token that does not belong where it stands."""
        if token.kind == "end":
            return syntax_error(self.text, len(self.text), f"{expected}, found the end", hint=hint)
        return syntax_error(self.text, token.at, f"{expected}, found", token.text, hint)
