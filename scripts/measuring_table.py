"""Figures in columns, beside what they may be and what others need."""

from measuring_peers import FIGURES, PEERS


# What was waited for did not come.
NEVER = float("inf")


class Row:
    """One figure: its words, its budget in words, the most it may be for each column (none: no budget), how it is written."""

    def __init__(self, key, words, show, budget="", most=None, is_wanted=None):
        self.key, self.words, self.show, self.budget = key, words, show, budget
        # Most: a number for all columns, or one by number of add-ons.
        self.most, self.is_wanted = most, is_wanted

    def is_over(self, addons, figure):
        if figure is None:
            return False
        if self.is_wanted is not None:
            return not self.is_wanted(figure)
        most = self.most.get(addons) if isinstance(self.most, dict) else self.most
        return most is not None and figure > most


def table(rows, columns, beside):
    """Columns: what was measured by number of add-ons; beside: what of others, here and now. How many are over their budgets."""
    heads = ["", *[f"{addons:,}".replace(",", " ") for addons in columns], "budget", *beside, *PEERS]
    lines, over = [], 0
    for row in rows:
        cells = []
        for addons, figures in columns.items():
            figure = figures.get(row.key)
            is_over = row.is_over(addons, figure)
            over += is_over
            shown = "–" if figure is None else "never" if figure == NEVER else row.show(figure)
            cells.append(shown + (" OVER" if is_over else ""))
        peers = [told or "–" for told in FIGURES.get(row.key, [None] * len(PEERS))]
        others = ["–" if row.key not in figures else row.show(figures[row.key]) for figures in beside.values()]
        lines.append([row.words, *cells, row.budget, *others, *peers])
    widths = [max(len(line[place]) for line in [heads, *lines]) for place in range(len(heads))]
    for line in [heads, *lines]:
        first, *rest = (cell.ljust(width) if not place else cell.rjust(width) for place, (cell, width) in enumerate(zip(line, widths)))
        print("  ".join([first, *rest]).rstrip(), flush=True)
    return over
