"""Text to a tree: CEL's grammar and its macros."""

from __future__ import annotations

from .lexer import Word, words
from .tree import Call, CelSyntaxError, Each, Literal, Many, Message, Name, Node, Pairs, Select

# cel-go's limit is 250; ours is below what Python's own stack takes, and nobody writes as deep.
DEEPEST = 100
# Operands within operands, three in `1 || 1 && 1 < 1`: no more than that stack takes, whatever limit it was given.
DEEPEST_OPERANDS = 300
# Operators, and fields of fields, in a row: cel-go's limit.
LONGEST_ROW = 250
_BINARY = {
    "||": 1, "&&": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
# https://github.com/google/cel-spec/blob/v0.24.0/doc/langdef.md#syntax
RESERVED = {
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
}  # fmt: skip
MACROS = {
    "all": (2,),
    "exists": (2,),
    "exists_one": (2,),
    "existsOne": (2,),
    "map": (2, 3),
    "filter": (2,),
    "sortBy": (2,),
}


def parse(text: str, deepest: int = DEEPEST) -> Node:
    """The tree of an expression that nests no deeper than this. Raises CelSyntaxError."""
    try:
        return _Parser(list(words(text)), deepest).whole()
    except RecursionError:
        raise CelSyntaxError("the expression nests too deep", 0) from None


class _Parser:
    def __init__(self, found: list[Word], deepest: int) -> None:
        self.words = found
        self.deepest = deepest
        self.at = 0
        self.depth = 0
        self.operands = 0

    def whole(self) -> Node:
        node = self.expression()
        if self.word.kind != "end":
            raise self.unexpected()
        return node

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def next(self) -> Word:
        word = self.word
        self.at += 1
        return word

    def sees(self, sign: str) -> bool:
        return self.word.kind == "sign" and self.word.value == sign

    def took(self, sign: str) -> bool:
        if not self.sees(sign):
            return False
        self.at += 1
        return True

    def need(self, sign: str) -> Word:
        if not self.sees(sign):
            raise self.unexpected(sign)
        return self.next()

    def unexpected(self, wanted: str = "") -> CelSyntaxError:
        met = "end of the expression" if self.word.kind == "end" else repr(self.word.value)[:40]
        return CelSyntaxError(f"unexpected {met}" + (f", expected {wanted!r}" if wanted else ""), self.word.at)

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > self.deepest:
            raise CelSyntaxError(f"the expression nests deeper than {self.deepest}", self.word.at)
        node = self.binary(1)
        if self.sees("?"):
            at = self.next().at
            chosen = self.binary(1)
            self.need(":")
            node = Call("_?_:_", None, (node, chosen, self.expression()), at)
        self.depth -= 1
        return node

    def binary(self, least: int) -> Node:
        self.operands += 1
        if self.operands > DEEPEST_OPERANDS:
            raise CelSyntaxError("the expression nests too deep", self.word.at)
        node = self.unary()
        length = 0
        while self.word.kind == "sign" and _BINARY.get(self.word.value, 0) >= least:
            sign = self.next()
            right = self.binary(_BINARY[sign.value] + 1)
            name = "@in" if sign.value == "in" else f"_{sign.value}_"
            if name in {"_&&_", "_||_"} and isinstance(node, Call) and node.function == name:
                # One flat call, however many there are.
                node = Call(name, None, (*node.arguments, right), node.at)
                continue
            node = Call(name, None, (node, right), sign.at)
            length = self.longer(length)
        self.operands -= 1
        return node

    def longer(self, length: int) -> int:
        if length > LONGEST_ROW:
            raise CelSyntaxError(f"more than {LONGEST_ROW} of these in a row", self.word.at)
        return length + 1

    def unary(self) -> Node:
        signs: list[Word] = []
        while self.sees("!") or self.sees("-"):
            signs.append(self.next())
        if len({sign.value for sign in signs}) > 1 or len(signs) > DEEPEST:
            raise CelSyntaxError("`!` and `-` in a row", signs[0].at)
        node = self.member(negative=bool(signs) and signs[-1].value == "-")
        if signs and signs[-1].value == "-" and isinstance(node, Literal) and _is_number(node.value):
            node = Literal(-node.value, signs.pop().at)
        # Two of a kind undo each other, as in cel-go's parser.
        if len(signs) % 2:
            node = Call(f"{signs[0].value}_", None, (node,), signs[0].at)
        return node

    def member(self, *, negative: bool) -> Node:
        node = self.primary()
        if isinstance(node, Literal) and node.value == 2**63 and _is_whole(node.value) and not negative:
            raise CelSyntaxError("an int that does not fit into 64 bits", node.at)
        length = 0
        while True:
            if self.sees("."):
                node = self.dotted(node)
            elif self.sees("["):
                at = self.next().at
                node = Call("_[_]", None, (node, self.expression()), at)
                self.need("]")
            elif self.sees("{") and (name := _dotted_name(node)):
                node = Message(name, self.fields(), self.word.at)
            else:
                return node
            length = self.longer(length)

    def dotted(self, node: Node) -> Node:
        at = self.next().at
        if self.word.kind != "name":
            raise self.unexpected()
        field = self.next()
        if self.took("("):
            return _called(field.value, node, self.listed(")"), at)
        return Select(node, field.value, at)

    def primary(self) -> Node:
        word = self.next()
        if word.kind == "value":
            return Literal(word.value, word.at)
        if word.kind == "name":
            return self.named(word)
        if word.kind == "sign":
            if word.value == "(":
                node = self.expression()
                self.need(")")
                return node
            if word.value == "[":
                return Many(self.listed("]"), word.at)
            if word.value == "{":
                return self.pairs(word.at)
            if word.value == "." and self.word.kind == "name":
                return self.named(self.next())
        self.at -= 1
        raise self.unexpected()

    def named(self, word: Word) -> Node:
        if word.value in RESERVED:
            raise CelSyntaxError(f"{word.value!r} is a reserved word", word.at)
        if not self.took("("):
            return Name(word.value, word.at)
        return _called(word.value, None, self.listed(")"), word.at)

    def listed(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.took(closing):
            found.append(self.expression())
            if not self.took(","):
                self.need(closing)
                break
            if closing == ")" and self.sees(closing):
                raise self.unexpected()
        return tuple(found)

    def pairs(self, at: int) -> Pairs:
        found: list[tuple[Node, Node]] = []
        while not self.took("}"):
            key = self.expression()
            self.need(":")
            found.append((key, self.expression()))
            if not self.took(","):
                self.need("}")
                break
        return Pairs(tuple(found), at)

    def fields(self) -> tuple[tuple[str, Node], ...]:
        self.need("{")
        found: list[tuple[str, Node]] = []
        while not self.took("}"):
            if self.word.kind != "name":
                raise self.unexpected()
            name = self.next().value
            self.need(":")
            found.append((name, self.expression()))
            if not self.took(","):
                self.need("}")
                break
        return tuple(found)


def _dotted_name(node: Node) -> str:
    """`a.b.c`; "" for what is more than names."""
    names: list[str] = []
    while isinstance(node, Select) and not node.has:
        names.append(node.field)
        node = node.operand
    return ".".join(reversed((*names, node.name))) if isinstance(node, Name) else ""


def _called(name: str, target: Node | None, arguments: tuple[Node, ...], at: int) -> Node:
    if target is None and name == "has":
        return _has(arguments, at)
    if target is not None and len(arguments) in MACROS.get(name, ()):
        variable, *steps = arguments
        if not isinstance(variable, Name):
            raise CelSyntaxError(f"the first argument of {name} must be a name", at)
        return Each("exists_one" if name == "existsOne" else name, target, variable.name, tuple(steps), at)
    return Call(name, target, arguments, at)


def _has(arguments: tuple[Node, ...], at: int) -> Node:
    if len(arguments) != 1 or not isinstance(arguments[0], Select) or arguments[0].has:
        raise CelSyntaxError("has() asks for a field: has(body.name)", at)
    return Select(arguments[0].operand, arguments[0].field, at, has=True)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or isinstance(value, float)
