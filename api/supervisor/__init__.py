"""What keeps the processes of a service alive on one machine."""

from api.supervisor.child import Child
from api.supervisor.supervisor import Supervisor

__all__ = ["Child", "Supervisor"]
