"""What starts a run: the providers' payloads, one file each, and what a target is given for `on=[...]`."""
