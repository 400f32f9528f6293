"""Every run that a pipeline can have, without running any: `flowdsl simulate`, and the compiler's own look.

`model` reads the Pipeline; `fates` says what becomes of each task as functions of all that can differ (`diagram`);
`questions` finds the shortest scenario, which `play` has the machine play before anybody is told of it.
"""
