"""Is a recording good enough to train on? A project as a package: shared helpers, package data, pinned packages."""
