"""Linear and integer programs over columns, handed to OR-Tools; a status is checked before a value is read."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2, solution_pb2
from ortools.math_opt.core.python import solver as math_opt
from pybind11_abseil.status import StatusNotOk

from matching.model import MatchingError
from matching.tables import I64

F64 = NDArray[np.float64]
_INFINITE = float("inf")
_AGES_S = 1e6
_SOLVED = (
    result_pb2.TERMINATION_REASON_OPTIMAL,
    result_pb2.TERMINATION_REASON_FEASIBLE,
    result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND,
)
_IMPOSSIBLE = (
    result_pb2.TERMINATION_REASON_INFEASIBLE,
    result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
)


class SolverFailed(MatchingError):
    """OR-Tools could not work on a model; ``reason`` is what it said."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the optimiser failed: {reason}")
        self.reason = reason


class Program(NamedTuple):
    """Maximise ``weight`` of columns, each at least 0, under rows ``low <= A x <= high``.

    ``row``, ``column`` and ``value`` are the entries of A, each place once.
    """

    weight: F64
    low: F64
    high: F64
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: F64


class Solution(NamedTuple):
    """The best point found, its weight, a bound on any point's, and the nodes of the search tree."""

    x: F64
    weight: float
    bound: float
    nodes: int


def solve_integer(program: Program, time_limit_s: float, gap: float, nodes: int) -> Solution | None:
    """Return the best 0-1 point found within the time and the nodes of the search tree, or None where none was."""
    result = _solve(_model(program, integer=True), time_limit_s, gap, nodes)
    if not result.solutions:
        return None
    found = result.solutions[0].primal_solution
    x = np.round(_dense(found.variable_values, len(program.weight)))
    bound = result.termination.objective_bounds.dual_bound
    return Solution(x, float(program.weight @ x), bound, result.solve_stats.node_count)


class Basis(NamedTuple):
    """Where a vertex is: the status of each column and of each row, as the optimiser numbers them."""

    column: I64
    row: I64


class Linear(NamedTuple):
    """The best point of a linear program, the duals of its rows, and its basis, which may be empty."""

    x: F64
    dual: F64
    basis: Basis


IDLE_COLUMN = int(solution_pb2.BASIS_STATUS_AT_LOWER_BOUND)  # what is new to a program is as if it were not there
IDLE_ROW = int(solution_pb2.BASIS_STATUS_BASIC)


def solve_linear(program: Program, time_limit_s: float, near: Basis | None = None) -> Linear | None:
    """Return the best point of a program, parts of columns allowed; None where time is too short or there is none.

    It is found in a few steps from a basis ``near`` it, that of a program with less columns or less rows.
    """
    model = _model(program, integer=False)
    result = None
    if near is not None:
        with suppress(SolverFailed):
            result = _solve(model, time_limit_s, solver=parameters_pb2.SOLVER_TYPE_GLOP, near=near)
    if result is None:
        result = _solve(model, time_limit_s, expected=(*_SOLVED, *_IMPOSSIBLE))
    if result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
        return None
    found = result.solutions[0]
    return Linear(
        _dense(found.primal_solution.variable_values, len(program.weight)),
        _dense(found.dual_solution.dual_values, len(program.low)),
        Basis(np.array(found.basis.variable_status.values), np.array(found.basis.constraint_status.values)),
    )


def _solve(
    model: Any,
    time_limit_s: float,
    gap: float = 0.0,
    nodes: int = 0,
    *,
    expected: tuple[Any, ...] = _SOLVED,
    solver: Any = parameters_pb2.SOLVER_TYPE_HIGHS,
    near: Basis | None = None,
) -> Any:
    parameters = parameters_pb2.SolveParametersProto()
    if time_limit_s < _AGES_S:
        parameters.time_limit.FromMilliseconds(max(1, int(time_limit_s * 1000)))
    if near is None:
        parameters.relative_gap_tolerance = gap
        parameters.node_limit = nodes
    else:
        parameters.lp_algorithm = parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
    try:
        result = math_opt.solve(
            model,
            solver,
            parameters_pb2.SolverInitializerProto(),
            parameters,
            _model_parameters(near),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
    except (ValueError, RuntimeError, StatusNotOk) as error:
        raise SolverFailed(str(error)) from error
    if result.termination.reason not in expected:
        raise SolverFailed(result_pb2.TerminationReasonProto.Name(result.termination.reason))
    return result


def _model_parameters(near: Basis | None) -> Any:
    parameters = model_parameters_pb2.ModelSolveParametersProto()
    if near is not None:
        basis = parameters.initial_basis
        for status, values in ((basis.variable_status, near.column), (basis.constraint_status, near.row)):
            status.ids.extend(range(len(values)))
            status.values.extend(values.tolist())
        basis.basic_dual_feasibility = solution_pb2.SOLUTION_STATUS_UNDETERMINED
    return parameters


def _model(program: Program, *, integer: bool) -> Any:
    columns, rows = len(program.weight), len(program.low)
    model = model_pb2.ModelProto()
    model.variables.ids.extend(range(columns))
    model.variables.lower_bounds.extend([0.0] * columns)
    model.variables.upper_bounds.extend([1.0 if integer else _INFINITE] * columns)
    model.variables.integers.extend([integer] * columns)
    model.objective.maximize = True
    model.objective.linear_coefficients.ids.extend(range(columns))
    model.objective.linear_coefficients.values.extend(program.weight.tolist())
    model.linear_constraints.ids.extend(range(rows))
    model.linear_constraints.lower_bounds.extend(program.low.tolist())
    model.linear_constraints.upper_bounds.extend(program.high.tolist())
    order = np.lexsort((program.column, program.row))
    model.linear_constraint_matrix.row_ids.extend(program.row[order].tolist())
    model.linear_constraint_matrix.column_ids.extend(program.column[order].tolist())
    model.linear_constraint_matrix.coefficients.extend(program.value[order].tolist())
    return model


def _dense(values: Any, size: int) -> F64:
    dense = np.zeros(size)
    dense[np.array(values.ids, np.int64)] = values.values
    return dense
