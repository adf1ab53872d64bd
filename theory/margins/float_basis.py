"""What HiGHS finds in floats: a basis to start pivoting from, multipliers to prove bounds with; no result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.margins.simplex import LinearProgram

__all__ = ["float_basis", "float_multipliers"]


def float_basis(program: LinearProgram) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Tight rows and basic columns of an optimal basis, as far as floats can tell; None if HiGHS finds none.

    The basis is read off the solver, not off the supports: at a degenerate vertex the supports are too small.
    """
    import highspy

    solver = _solved(program)
    if solver is None:
        return None
    basis, basic_status = solver.getBasis(), highspy.HighsBasisStatus.kBasic
    tight = tuple(i for i, status in enumerate(basis.row_status) if status != basic_status)
    basic = tuple(j for j, status in enumerate(basis.col_status) if status == basic_status)
    return (tight, basic) if len(tight) == len(basic) else None


def float_multipliers(program: LinearProgram) -> tuple[float, ...] | None:
    """Row multipliers that are about optimal for the dual program; None if HiGHS fails."""
    solver = _solved(program)
    return None if solver is None else tuple(float(u) for u in solver.getSolution().row_dual)


def _solved(program: LinearProgram) -> Any | None:
    import highspy
    import numpy as np

    height, width = program.height, program.width
    entries = program.floats
    if entries is None:
        entries = tuple(float(program.coefficient(i, j).mid()) for i in range(height) for j in range(width))
    bounds = np.array([float(program.bound(i).mid()) for i in range(height)])
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = width, height
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.array([float(program.objective(j).mid()) for j in range(width)])
    model.col_lower_ = np.zeros(width)
    fixed = [0.0 if j in program.fixed_columns else highspy.kHighsInf for j in range(width)]
    model.col_upper_ = np.array(fixed)
    free = [bounds[i] if i in program.equalities else -highspy.kHighsInf for i in range(height)]
    model.row_lower_ = np.array(free)
    model.row_upper_ = bounds
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.arange(0, width * height + 1, width)
    model.a_matrix_.index_ = np.tile(np.arange(width), height)
    model.a_matrix_.value_ = np.array(entries)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("primal_feasibility_tolerance", 1e-10)
    solver.setOptionValue("dual_feasibility_tolerance", 1e-10)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return solver
