"""Talking to a cluster through the official Kubernetes client, which is loaded on first use."""
