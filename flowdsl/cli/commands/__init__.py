"""The commands, a file each: `lint.py` is `flowdsl lint`. The group finds them here; nothing else lists them.

Every file has the one pattern: `command`, its options declared above the function that click calls, whose docstring is
the help. The function calls the library, which it imports itself (help loads every file), prints through
`flowdsl.cli.say`, and gives the exit code. Options that several commands have are in `flowdsl.cli.options`.
"""
