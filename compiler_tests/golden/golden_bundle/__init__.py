"""A package that is too large for a script: its code and data travel as a ConfigMap."""
