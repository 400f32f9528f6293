"""What runs in pods that start runs: written for Python 3.9 and the standard library, read as text."""
