"""The code that runs in the container: each generated script holds a copy of the functions that its signature needs.

It is written for Python 3.8 and the standard library. Every function stands alone and imports what it uses itself, so
that nothing the user's module binds can get in its way; what begins with `_flowdsl_` is ours there.
"""
