"""Proves a plan's bound anew from its certificate, in code of its own.

It shares the records, the travel model and the walks with the engine, and no algorithm: what is wrong in the engine is
not wrong here in the same way.
"""

from matching.verify.effort import Undecided
from matching.verify.proof import Verdict, verify

__all__ = ["Undecided", "Verdict", "verify"]
