"""What came of a course's commands, as the journal tells it."""

import json
import pathlib

# What follows one of these changes nothing: src/store/journal/record.rs.
ENDS = ("done", "failed", "not_sent")


class Journal:
    """The operations that a course begins: those of a home that are its own, and were not there before."""

    def __init__(self, home, is_own=lambda target: True):
        self.folder = pathlib.Path(home, "state/operations")
        self.is_own = is_own
        self.before = set(self.files())

    def files(self):
        return sorted(self.folder.iterdir()) if self.folder.exists() else []

    def judge(self, watched, count):
        """Says with what the course did how its commands ended, and why that is not well, where it is not."""
        counts = {}
        for path in self.files():
            if path in self.before:
                continue
            intent, word, message = read(path)
            if not self.is_own(intent.get("target", "")):
                continue
            counts[word] = counts.get(word, 0) + 1
            if word != "done":
                sentence = intent.get("command", {}).get("command", "a command")
                why = f": {message}" if message else ""
                watched.ill.append(f"{watched.name}: {sentence} of {intent.get('target', path.name)} is {word}, not done{why}")
        told = ", ".join(f"{number} {word}" for word, number in sorted(counts.items())) or "no commands"
        watched.did = f"{watched.did}; its journal: {told}"
        if sum(counts.values()) != count:
            watched.ill.append(f"{watched.name}: its journal has {sum(counts.values())} commands, not {count}")


def read(path):
    """What was intended, what came of it, and what is said about that."""
    try:
        intent, *records = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    except ValueError as error:
        return {"target": path.name}, "unreadable", str(error)
    word, message = "intended", None
    for record in records:
        if word in ENDS:
            break
        kind = record.get("record")
        if kind == "end":
            word, message = record.get("outcome"), record.get("message")
        elif kind == "acknowledged":
            word = "accepted" if record.get("is_under_way") else "done"
        elif kind == "started":
            word = "accepted"
        elif kind in ("judged", "resent"):
            word = "unknown"
    return intent, word, message
