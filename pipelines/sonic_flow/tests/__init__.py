"""Tests of the Sonic pipeline: `pytest pipelines/sonic_flow`."""
