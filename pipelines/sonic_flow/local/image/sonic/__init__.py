"""The modules that the pipeline starts in an image; here they are the stand-ins."""
