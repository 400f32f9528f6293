"""What the whole house agrees on."""

IMAGE = "python:3.12-slim"
LARGEST = 30_000
