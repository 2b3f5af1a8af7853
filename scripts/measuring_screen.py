"""What a terminal shows, from what was written to it: as much of a terminal as the dashboard uses."""

import codecs
import re

# CSI with its parameters; strings (OSC, DCS, APC, PM, SOS); a character set; any other escape.
ESCAPE = re.compile(
    r"\x1b(?:\[(?P<args>[0-?]*)[ -/]*(?P<final>[@-~])|[\]P_^X](?:[^\x07\x1b]|\x1b(?!\\))*(?:\x07|\x1b\\)|[()*+][ -~]|(?P<other>[ -Z\\^`-~]))"
)


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""
        self.modes = set()
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0
        self.saved = (0, 0)
        self.last = " "

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        self.rest, at = "", 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            found = ESCAPE.match(text, at)
            if not found:
                # Cut in two: the rest comes with the next bytes.
                self.rest = text[at:]
                return
            at = found.end()
            if found["final"]:
                self.control(found["args"], found["final"])
            elif found["other"] == "7":
                self.saved = (self.row, self.column)
            elif found["other"] == "8":
                self.row, self.column = self.saved

    def put(self, one):
        if one == "\r":
            self.column = 0
        elif one == "\n":
            self.down()
        elif one == "\b":
            self.column = max(0, self.column - 1)
        elif one >= " ":
            if self.column >= self.columns:
                self.column = 0
                self.down()
            self.cells[self.row][self.column] = self.last = one
            self.column += 1

    def down(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.cells = [*self.cells[1:], [" "] * self.columns]

    def control(self, args, final):
        if args[:1] == "?":
            for mode in args[1:].split(";"):
                (self.modes.add if final == "h" else self.modes.discard)(mode)
                if mode == "1049":
                    self.clear()
            return
        numbers = [int(number) if number.isdigit() else 0 for number in args.split(";")]
        first = max(1, numbers[0])
        column = min(self.column, self.columns - 1)
        if final in "Hf":
            self.row = min(first, self.rows) - 1
            self.column = min(max(1, numbers[1] if len(numbers) > 1 else 1), self.columns) - 1
        elif final == "A":
            self.row = max(0, self.row - first)
        elif final in "Be":
            self.row = min(self.rows - 1, self.row + first)
        elif final in "Ca":
            self.column = min(self.columns - 1, column + first)
        elif final == "D":
            self.column = max(0, column - first)
        elif final in "G`":
            self.column = min(first, self.columns) - 1
        elif final == "d":
            self.row = min(first, self.rows) - 1
        elif final == "b":
            for _ in range(first):
                self.put(self.last)
        elif final == "X":
            self.wipe(self.row, column, min(self.columns, column + first))
        elif final == "K":
            begin, end = [(column, self.columns), (0, column + 1), (0, self.columns)][numbers[0]]
            self.wipe(self.row, begin, end)
        elif final == "J":
            first_row, last_row = [(self.row + 1, self.rows), (0, self.row), (0, self.rows)][min(numbers[0], 2)]
            for row in range(first_row, last_row):
                self.wipe(row, 0, self.columns)
            if numbers[0] < 2:
                self.wipe(self.row, *[(column, self.columns), (0, column + 1)][numbers[0]])
        elif final == "P":
            row = self.cells[self.row]
            self.cells[self.row] = row[:column] + row[column + first :] + [" "] * min(first, self.columns - column)
        elif final == "@":
            row = self.cells[self.row]
            self.cells[self.row] = (row[:column] + [" "] * first + row[column:])[: self.columns]
        elif final == "S":
            self.cells = self.cells[first:] + [[" "] * self.columns for _ in range(min(first, self.rows))]
        elif final == "T":
            self.cells = ([[" "] * self.columns for _ in range(first)] + self.cells)[: self.rows]

    def wipe(self, row, begin, end):
        self.cells[row][begin:end] = [" "] * max(0, end - begin)
