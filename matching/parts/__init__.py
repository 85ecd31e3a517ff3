"""One instance too large for one process, cut into parts that are solved apart, and again with other cuts."""

from matching.parts.rounds import Parts, Whole, improve_in_parts

__all__ = ["Parts", "Whole", "improve_in_parts"]
