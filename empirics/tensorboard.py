"""The measurements of a run as TensorBoard scalars; TensorBoard is an optional extra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from empirics.metrics import Measurement
from theory.errors import InputError

__all__ = ["Board"]


class Board:
    """Writes each measurement to `DIR/tensorboard`, one curve a network.

    Args:
        directory: of the run.
        seeds: of its networks, in order; they name the curves.

    Raises:
        InputError: TensorBoard is not installed.
    """

    def __init__(self, directory: Path, seeds: tuple[int, ...]) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise InputError(
                "--tensorboard: TensorBoard is not installed; pip install 'gammastar[tensorboard]'"
            ) from None
        self._make, self._seeds = SummaryWriter, seeds
        self._folder = directory / "tensorboard"
        self._writer: Any = None

    def tell(self, measurement: Measurement, total: int) -> None:
        """Add a measurement; the first one of a sitting hides what a killed sitting wrote after it."""
        if self._writer is None:
            self._writer = self._make(str(self._folder), purge_step=measurement.step)
        for name in ("loss", "margin", "fraction"):
            for seed, value in zip(self._seeds, getattr(measurement, name), strict=False):
                self._writer.add_scalar(f"{name}/seed {seed}", value, measurement.step)
        for name, value in measurement.extra.items():
            self._writer.add_scalar(name, value, measurement.step)

    def close(self) -> None:
        """Write what is still held back."""
        if self._writer is not None:
            self._writer.close()
