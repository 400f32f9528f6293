"""The packages of steps on this machine: what scripts ask for, and an environment for each lock in the user's cache."""

from flowdsl.runner.packages.calls import Call, calls_in, calls_of, scripts_in
from flowdsl.runner.packages.environments import Environments, Given, InstallError

__all__ = ["Call", "Environments", "Given", "InstallError", "calls_in", "calls_of", "scripts_in"]
