"""Branches that merge: which of the tasks that take the value run, and which result the pipeline has.

Each is the body of a pipeline function, as in `compiled.py`.
"""

from __future__ import annotations

TWO = """
    with when(branch == "{}"):
        first = tell.with_options(name="one")("1")
    with otherwise():
        second = tell.with_options(name="two")("2")
"""
MERGES: dict[str, str] = {
    "first": TWO.format("main") + '    tell.with_options(name="end")(either(first, second))\n',
    "second": TWO.format("other") + '    tell.with_options(name="end")(either(first, second))\n',
    "cascade": TWO.format("other")
    + """
    taken = tell.with_options(name="takes")(either(first, second))
    tell.with_options(name="end")(taken)
    tell.with_options(name="late")("x")
    measure.with_options(name="after", after=taken)()
""",
    "default": """
    with when(branch == "other"):
        first = tell.with_options(name="one")("1")
    tell.with_options(name="end")(either(first, default="none"))
""",
    "decided": """
    s = measure(accuracy='0.1')
    with when(s.accuracy > limit):
        first = tell.with_options(name="one")("1")
    with elif_(s.n > least):
        second = tell.with_options(name="two")("2")
    with otherwise():
        third = tell.with_options(name="three")("3")
    tell.with_options(name="end")(either(first, second, third))
""",
    "both-ran": """
    with when(flag):
        first = tell.with_options(name="one")("1")
    with when(branch == "main"):
        second = tell.with_options(name="two")("2")
    tell.with_options(name="end")(either(first, second, default="none"))
""",
    "neither-ran": """
    with when(not_(flag)):
        first = tell.with_options(name="one")("1")
    with when(branch == "other"):
        second = tell.with_options(name="two")("2")
    tell.with_options(name="end")(either(first, second, default="none"))
""",
    "guard-of-what-it-is-made-of": """
    with when(not_(flag)):
        first = tell.with_options(name="one")("1")
    made = tell.with_options(name="made")(first)
    tell.with_options(name="end")(either(made, default="none"))
""",
    "nested": """
    s = measure()
    with when(flag):
        with when(s.accuracy > 0.99):
            best = one(s.accuracy)
        with otherwise():
            good = one.with_options(name="good")(0.5)
    with otherwise():
        bad = one.with_options(name="bad")(0.1)
    better.with_options(name="end")(either(best, good, bad), 0.1)
""",
    "retried": """
    with when(flag):
        first = second_try(0.95)
    with otherwise():
        second = one(0.5)
    better.with_options(name="end")(either(first, second), 0.1)
""",
    "fails": """
    with when(flag):
        first = fails()
    with otherwise():
        second = one(0.5)
    better.with_options(name="end")(either(first, second), 0.1)
""",
    "fails-ignored": """
    with when(flag):
        first = fails.with_options(on_error="continue")()
    with otherwise():
        second = one(0.5)
    better.with_options(name="end")(either(first, second), 0.1)
""",
    "foreign": """
    with when(flag):
        first = foreign()
    with otherwise():
        second = one(0.5)
    better.with_options(name="end")(either(first, second), 0.1)
""",
    "matrix": TWO.format("other") + '    tell.with_options(name="end").map(what=[either(first, second), "x"])\n',
    "in-finally": TWO.format("other")
    + """
    with on_finish():
        tell.with_options(name="end")(either(first, second))
""",
    "result-first": TWO.format("main") + "    return either(first, second)\n",
    "result-second": TWO.format("other")
    + '    return {"a": either(first, second), "b": [either(first, second), "x"]}\n',
    "result-default": """
    with when(branch == "other"):
        first = tell.with_options(name="one")("1")
    return {"a": either(first, default="none"), "b": {"k": either(first, default=branch), "l": "x"}}
""",
    "result-both-ran": TWO.format("other")
    + """
    with when(flag):
        third = tell.with_options(name="three")("3")
    return {"a": either(first, third, default="4"), "b": either(second, third, default="5"), "c": either(third, first, second)}
""",
    "result-fails": """
    with when(flag):
        first = fails()
    with otherwise():
        second = one(0.5)
    return either(first, second)
""",
    "result-fails-ignored": """
    with when(flag):
        first = fails.with_options(on_error="continue")()
    with otherwise():
        second = one(0.5)
    return either(first, second)
""",
    "result-retried": """
    with when(flag):
        first = second_try(0.95)
    with otherwise():
        second = one(0.5)
    return {"a": either(first, second), "b": names()}
""",
    "result-in-finally": TWO.format("other")
    + """
    with on_finish():
        late = tell.with_options(name="end")(either(first, second))
    return late
""",
    "result-list": """
    with when(flag):
        first = names()
    return {"a": either(first, default=["none"]), "b": either(first, default=[])}
""",
}

# Lists: what reduces a fan-out or several calls, also where there is nothing to reduce.
LISTS: dict[str, str] = {
    "list-of-files": """
    return {"calls": join([part("a"), part("b")]), "fanned": join(part.map(text=["c", "d"])), "none": join([])}
""",
    "list-over-a-list": """
    return join(again.map(before=part.map(text=names())))
""",
    "list-of-files-guarded": """
    with when(flag):
        first = part("a")
    with otherwise():
        second = part("b")
    return join([either(first, second), part("c")])
""",
    "list-is-empty": """
    told = tell(total(one.map(value=none())))
    tell.with_options(name="late", after=told)("x")
    return told
""",
    "list-is-empty-and-runs": """
    parts = one.map(value=none(), on_empty="run")
    told = tell(total(parts))
    tell.with_options(name="late", after=parts)("x")
    return {"told": told, "parts": parts}
""",
    "list-has-elements-and-runs": """
    given = part.map(text=names(), on_empty="run")
    return join(given)
""",
    "list-of-no-task": """
    with when(not_(flag)):
        found = names()
    return join(part.map(text=found, on_empty="run"))
""",
    "list-producer-fails": """
    values = one.map(value=[fails()])
    return total(better.map(before=values, by=[0.1], on_empty="run"))
""",
    "list-at-most-two": """
    return tell.map(what=["a", "b", "c", "d", "e", "f"], max_parallel=2)
""",
}
