"""From IR to Tekton objects as plain data; the models check and order it afterwards."""
