"""The exception of a strategy that cannot be compiled."""


class NotCompilable(Exception):  # noqa: N818  (an established name reads better than NotCompilableError)
    """A strategy cannot be run as machine code with the same meaning.

    Parameters
    ----------
    what : str
        What stands in the way.
    file : str
        File of the source.
    line : int
        Line of the source, 0 if there is none.
    expression : str
        The expression or statement.
    instead : str
        What to write instead.
    """

    def __init__(
        self, what: str, file: str = "", line: int = 0, expression: str = "", instead: str = ""
    ) -> None:
        super().__init__(what, file, line, expression, instead)
        self.what = what
        self.file = file
        self.line = line
        self.expression = expression
        self.instead = instead

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        shown = f": {self.expression}" if self.expression else ""
        text = f"{where}{shown}: {self.what}" if where else self.what
        return f"{text}. Instead: {self.instead}." if self.instead else f"{text}."


NotCompilable.__module__ = "hindcaster.errors"  # where it is found, also by what was pickled
