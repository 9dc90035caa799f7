"""A vendor that ships in the product: answers every dialect, and fails on demand, without any network."""

from adapters.vendors.simulator.app import simulator_app
from adapters.vendors.simulator.recorder import Received, Recorder
from adapters.vendors.simulator.server import NAMES, SimulatorServer, serve

__all__ = ["NAMES", "Received", "Recorder", "SimulatorServer", "serve", "simulator_app"]
