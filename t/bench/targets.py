# SPDX-License-Identifier: Apache-2.0
# What mod_rpc wants to reach, and whether it did in this run: medians, each
# against the floor or the best peer of the same run. For bench.py.
import report

SMALL = ("W1", "W4", "W6")


def row(title, value, wanted, at_least=True):
    if value is None:
        return None
    reached = value >= wanted if at_least else value <= wanted
    return [title, "%s %s" % (">=" if at_least else "<=", wanted),
            report.number(value), "yes" if reached else "NO"]


def quotient(value, other):
    return value / other if value is not None and other else None


class Run:
    """The results of one run, asked for by work, server and figure."""

    def __init__(self, by_work):
        self.by_work = by_work

    def get(self, work, server, figure="rate"):
        for result in self.by_work.get(work, ()):
            if result.server.name == server and result.rounds:
                return result.median(figure)
        return None

    def against(self, work, server, floor, figure="rate"):
        return quotient(self.get(work, server, figure),
                        self.get(work, floor, figure))

    def over_best(self, work):
        return quotient(self.get(work, "rpc-event"),
                        report.best_peer(self.by_work.get(work, ())))

    def errors_over_floor(self):
        """Errors of rpc-event beyond the floor's, in all works."""
        total = None
        for results in self.by_work.values():
            errors = {result.server.name: sum(result.errors().values())
                      for result in results if result.rounds}
            if "rpc-event" in errors and "floor-event" in errors:
                total = (total or 0) + max(
                    0, errors["rpc-event"] - errors["floor-event"])
        return total


def rows_of_small(run, work):
    walk = 0.9 if work == "W4" else 0.95
    cost = run.against(work, "rpc-walk", "floor-event", "cpu")
    return [
        row("%s requests/s, event: x floor" % work,
            run.against(work, "rpc-event", "floor-event"), 1.5),
        row("%s requests/s, worker: x floor" % work,
            run.against(work, "rpc-worker", "floor-worker"), 1.1),
        row("%s requests/s, with the walk, event: x floor" % work,
            run.against(work, "rpc-walk", "floor-event"), walk),
        row("%s floor's CPU: x rpc-walk's" % work, quotient(1, cost), walk),
        row("%s p99, event: x floor" % work,
            run.against(work, "rpc-event", "floor-event", "p99"), 1.25,
            False),
    ]


def lines_of(by_work):
    """by_work: lists of load.Result. No line for what was not measured."""
    run = Run(by_work)
    rows = []
    for work in SMALL:
        rows += rows_of_small(run, work)
    rows += [
        row("W2 requests/s: x best peer", run.over_best("W2"), 1.0),
        row("W2 requests/s: x event floor (aim)",
            run.against("W2", "rpc-event", "floor-event"), 0.6),
        row("W3 requests/s: x best peer", run.over_best("W3"), 1.5),
        row("W5 requests/s: x best peer", run.over_best("W5"), 4.0),
        row("W1 PSS: MB over the floor", None if run.get(
            "W1", "rpc-event") is None or not run.get("W1", "floor-event")
            else run.get("W1", "rpc-event", "memory")
            - run.get("W1", "floor-event", "memory"), 3, False),
        row("W3 PSS: MB", run.get("W3", "rpc-event", "memory"), 200, False),
        row("W5 PSS: MB", run.get("W5", "rpc-event", "memory"), 200, False),
        row("errors beyond the floor's", run.errors_over_floor(), 0, False),
    ]
    rows = [one for one in rows if one]
    if not rows:
        return []
    return ["", "targets", ""] + report.table(
        [["what", "wanted", "measured", "reached"]] + rows)
