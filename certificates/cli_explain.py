"""What `gammastar explain` does between its options and its output."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from certificates import files
from certificates.circuits_result import MOST_EMBEDDED, shown_irreps
from certificates.cli_output import _console, _table
from certificates.cli_progress import Progress
from certificates.result import dump

if TYPE_CHECKING:
    import numpy as np

    from empirics.circuits.explain import Explanation
    from empirics.circuits.networks import WeightNetwork
    from empirics.circuits.progress import Progress as TrainingProgress

__all__ = ["ExplainOptions", "explain", "print_explained"]


@dataclass(frozen=True)
class ExplainOptions:
    """What the user asked for.

    Args:
        layout: of the checkpoint; None to recognise it.
        repair: change answers until they are a group's.
        table: a file with the Cayley table the network was trained on.
        trust_table: go on where the answers differ from it.
        split: `torch:SEED:FRACTION` or `nanda:SEED:FRACTION`; None to look beside the checkpoint.
        threshold: of neurons.
        seed: of sampled triples and permutations.
        report: page and figures.
        progress: measure every checkpoint of a run's folder.
        export: where to write a transformer for TransformerLens; None for nowhere.
    """

    layout: str | None = None
    repair: bool = False
    table: Path | None = None
    trust_table: bool = False
    split: str | None = None
    threshold: float = 0.85
    seed: int = 0
    report: bool = True
    progress: bool = False
    export: Path | None = None

    @property
    def words(self) -> list[str]:
        """What was asked for of the analysis, as on the command line."""
        given = [
            ("--layout", self.layout), ("--repair", self.repair), ("--table", self.table),
            ("--trust-table", self.trust_table), ("--split", self.split), ("--progress", self.progress),
        ]  # fmt: skip
        words = [
            part
            for name, value in given
            if value
            for part in ((name,) if value is True else (name, str(value)))
        ]
        if self.threshold != type(self).threshold:
            words += ["--threshold", f"{self.threshold:g}"]
        return words + (["--seed", str(self.seed)] if self.seed else [])


def explain(checkpoint: Path, options: ExplainOptions, output: Path | None, force: bool) -> dict[str, Any]:
    """Read a checkpoint, explain it, write the report; the command's JSON object.

    Raises:
        InputError: no usable checkpoint, table, split or folder.
    """
    start = time.perf_counter()
    directory = files.default_directory(_slug(checkpoint), "explain") if output is None else output
    files.prepare_directory(directory, force=force)
    with Progress(verbose=True) as progress:
        with progress.stage("checkpoint") as stage:
            network, train = _network(checkpoint, options)
            stage.detail = f"{network.layout}, {network.order} elements"
            table = None if options.table is None else _cayley_table(options.table)
            if options.export is not None:
                _export(network, options.export, force)
        with progress.stage("analysis") as stage:
            from empirics.circuits.explain import explain as explain_network
            from empirics.circuits.identification import identify
            from empirics.circuits.summary import summary

            found = explain_network(
                network, repair=options.repair, table=table, force=options.trust_table, train=train,
                threshold=options.threshold, seed=options.seed, tell=stage.tell,
            )  # fmt: skip
            name = None if found.report.group is None else identify(found.report.group)
            result = summary(found, name)
            stage.detail = found.verdict.word
        series = _progress(checkpoint, found, progress) if options.progress else None
        if series is not None:
            from empirics.circuits.summary import progress_summary

            assert found.analysis is not None
            result["progress"] = progress_summary(series, found.analysis.group.irreps.labels)
        result["options"] = options.words
        if options.export is not None:
            result["export"] = str(options.export)
        texts = {}
        if options.report:
            from certificates.circuits_report import write

            texts = write(found, result, directory, progress, series)
            result["report"] = str(directory / "report.html")
        result["seconds"] = round(time.perf_counter() - start, 2)
        files.write_all(directory, {"result.json": dump(result) + "\n", **texts})
    return result


def _network(checkpoint: Path, options: ExplainOptions) -> tuple[WeightNetwork, np.ndarray | None]:
    """The network, and the mask of its train pairs if known; of a folder, the run's last checkpoint."""
    from empirics.circuits.loading import load_network

    if checkpoint.is_dir():
        from empirics.circuits.training_record import load_record

        record = load_record(checkpoint)
        return record.network(), record.train_mask
    network = load_network(checkpoint, options.layout)
    return network, _train_mask(checkpoint, options.split, network.order)


def _export(network: WeightNetwork, path: Path, force: bool) -> None:
    """Write a transformer under the names of TransformerLens.

    Raises:
        InputError: another network, a file that is there, or a name that does not end in `.safetensors`.
    """
    from empirics.circuits.interchange import save_for_transformer_lens
    from empirics.circuits.transformer import TransformerNetwork
    from theory.errors import InputError

    if not isinstance(network, TransformerNetwork):
        raise InputError(
            f"--export: {network.source} has the layout {network.layout}; TransformerLens takes transformers"
        )
    if path.exists() and not force:
        raise InputError(f"{path}: is there; another name, or --force, would be right")
    save_for_transformer_lens(path, network)


def _progress(checkpoint: Path, found: Explanation, progress: Progress) -> TrainingProgress | None:
    """The measures of every checkpoint of a run; None if its last network computes no group.

    Raises:
        InputError: the checkpoint is a single file.
    """
    from theory.errors import InputError

    if not checkpoint.is_dir():
        raise InputError(
            f"{checkpoint}: --progress needs the folder of a run of gammastar train --architecture"
        )
    if found.analysis is None:
        return None
    with progress.stage("checkpoints") as stage:
        from empirics.circuits.progress import progress as measure
        from empirics.circuits.training_record import load_record

        record = load_record(checkpoint)

        def networks() -> Iterator[tuple[int, WeightNetwork]]:
            for step in record.steps:
                stage.tell(f"step {step} of {record.steps[-1]}")
                yield step, record.network(step)

        stage.detail = f"{len(record.steps)} of them"
        return measure(networks(), found.analysis.group, record.train_mask)


def _slug(checkpoint: Path) -> str:
    """`S5_MLP_seed1/model.pt` is known by its folder."""
    parent = checkpoint.resolve().parent.name
    return parent if checkpoint.stem in ("model", "weights") and parent else checkpoint.stem


def _cayley_table(path: Path) -> Any:
    """The table of a `.csv`, `.npy` or `.json` file in the file's own numbering."""
    from theory.errors import InputError
    from theory.groups.files import read

    def keep(table: Any, *, labels: Any = None, name: str) -> Any:
        import numpy as np

        from theory.groups.cayley_table import from_cayley_table

        from_cayley_table(table, labels=labels, name=name)  # says what is wrong with it
        entries = np.asarray(table, dtype=np.int64)
        return entries - entries.min()

    found = read(path, keep)
    if not hasattr(found, "shape"):
        raise InputError(
            f"{path.name}: not a Cayley table; a .csv or .npy table, or 'cayley_table', is right"
        )
    return found


def _train_mask(checkpoint: Path, split: str | None, order: int) -> np.ndarray | None:
    """The train pairs: as asked for, or as the settings beside the checkpoint of arXiv:2302.03025 say."""
    import json

    from empirics.circuits.losses import split_nanda, split_torch
    from theory.errors import InputError

    if split is not None:
        kind, _, rest = split.partition(":")
        seed, _, fraction = rest.partition(":")
        try:
            maker = {"torch": split_torch, "nanda": split_nanda}[kind]
            return maker(order, int(seed), float(fraction))
        except (KeyError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"split {split!r}: torch:SEED:FRACTION or nanda:SEED:FRACTION is right"
            ) from None
    settings = checkpoint.parent / "cfg.json"
    if not settings.is_file() or settings.stat().st_size > 2**20:
        return None
    try:
        found = json.loads(settings.read_text(encoding="utf-8"))
        return split_torch(order, int(found["seed"]), float(found["frac_train"]))
    except (ValueError, KeyError, TypeError):
        return None  # a file of that name that says nothing of a split


def print_explained(result: dict[str, Any]) -> None:
    """The verdict, the group, its key irreps and the causal tests."""
    console = _console()
    tone = {"explained": "bold green", "partly explained": "bold yellow"}.get(result["verdict"], "bold red")
    console.print(
        Text(f"{result['verdict']}: {result['source']} ({result['layout']})", style=tone), soft_wrap=True
    )
    for reason in result["reasons"]:
        console.print(Text(f"  {reason}"), soft_wrap=True)
    group = result["group"]
    if result["irreps"]:
        known = group["identified"] or f"a group of order {result['order']}"
        console.print()
        console.print(
            Text(
                f"{known}: {group['classes']} classes; loss {result['loss']:.4g}, "
                f"accuracy {result['accuracy']:.6f}"
            )
        )
        console.print(_irrep_table(result))
        if (more := len(shown_irreps(result)[1]) - MOST_EMBEDDED) > 0:
            console.print(Text(f"{more} more embedded, not learned", style="dim"))
    if result["clusters"]:
        rest = f"{result['unclustered']} unclustered, {result['inactive']} inactive"
        console.print(
            Text(
                "neurons: "
                + ", ".join(f"{c['neurons']} on {c['label']}" for c in result["clusters"])
                + f"; {rest}"
            ),
            soft_wrap=True,
        )
    if result["cosets"]:
        cosets = result["cosets"]
        orders = ", ".join(f"{count} of order {order}" for order, count in cosets["by_order"].items())
        text = f"cosets: {cosets['neurons']} of {cosets['active']} active neurons"
        text += f" ({orders}); loss with coset means {cosets['own_loss']:.4g}" if orders else ""
        console.print(Text(text), soft_wrap=True)
    if result["clock"] and result["clock"]["label"]:
        console.print(Text(f"addition by a {result['clock']['label']}"))
    if "export" in result:
        console.print(Text(f"TransformerLens state  {result['export']}"), soft_wrap=True)
    if "report" in result:
        console.print()
        console.print(f"report  {result['report']}", soft_wrap=True)
    sys.stdout.flush()


def _irrep_table(result: dict[str, Any]) -> Any:
    table = _table("irrep", "<degree", "<similarity", "<embedding, %", "max margin", "")
    learned, embedded = shown_irreps(result)
    for line in learned + embedded[:MOST_EMBEDDED]:
        power = line["embedding_power"]
        note = "harmonic" if line["harmonic"] else "" if line["key"] else "embedded"
        table.add_row(
            Text(line["label"]),
            str(line["degree"]),
            "–" if line["similarity"] is None else f"{line['similarity']:.4f}",
            "–" if power is None else f"{100 * power:.2f}",
            Text(line["theory_status"] or "–"),
            Text(note),
        )
    return table
