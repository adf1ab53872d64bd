"""The command line `gammastar`: options in, records out; everything else happens elsewhere.

Nothing of ours is imported before a command runs: `gammastar check` never loads the prover, and
`gammastar margin S5` never loads a solver, a plotting library or a compiler.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer

__all__ = ["app", "main"]

INTERRUPTED = 130  # 128 + SIGINT, what a shell reports of a process that Ctrl-C ended
CLOSED = 141  # 128 + SIGPIPE: whoever read stdout is gone, as in `gammastar check FILE | head -1`
FALSE = 1  # the thing checked is false
UNUSABLE = 2  # the input cannot be used

app = typer.Typer(
    name="gammastar",
    help="Exact maximum margins of networks that learn a finite group's multiplication, with certificates.",
    epilog="Examples:\n\ngammastar margin A5\n\ngammastar verify 'Z3 x Q8' --arity 3\n\n"
    "gammastar margin 'gap:CharacterTable(\"M\")'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

GROUP_HELP = (
    "An expression such as A5, 'Z2^3 x Q8', 'SL(2,3)' or 'Z7:Z3'; a file (.json, .csv, .npy); "
    "or gap:EXPRESSION."
)
Group = Annotated[str, typer.Argument(metavar="GROUP", help=GROUP_HELP, show_default=False)]
Arity = Annotated[int, typer.Option("--arity", "-k", metavar="K", help="Number of factors, 2 to 100.")]
AsJson = Annotated[
    bool, typer.Option("--json", metavar="", help="Print one JSON object; progress goes to stderr.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gammastar {version('gammastar')}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of the program as a whole."""


@app.command(epilog="Examples:\n\ngammastar margin A5\n\ngammastar margin Q8 --arity 3 --json")
def margin(group: Group, arity: Arity = 2, as_json: AsJson = False) -> None:
    """The maximum margin, exactly, and which irreps every max-margin network uses."""
    from certificates import cli_output, cli_steps
    from certificates.cli_progress import Progress
    from certificates.result import margin_result, plancherel_ratio

    with Progress(verbose=False) as progress:
        solution = cli_steps.solve(group, arity, progress)
        result = margin_result(solution, group)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_output.print_margin({**result, "plancherel_ratio": plancherel_ratio(solution)})


@app.command(epilog="Example:\n\ngammastar certify M11 -o m11.json")
def certify(
    group: Group,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")],
    arity: Arity = 2,
    as_json: AsJson = False,
) -> None:
    """Write a certificate of the maximum margin that `gammastar check` can check."""
    from certificates import cli_output, cli_steps
    from certificates.cli_progress import Progress

    with Progress(verbose=True) as progress:
        result = cli_steps.certify(group, arity, output, progress)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_output.print_certified(result)


@app.command(epilog="Example:\n\ngammastar check gammastar-A5/certificate.json")
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A certificate, packed by gzip or not.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Check a certificate: exit 0 if valid, 1 if it states something false, 2 if it is no certificate.

    The checker shares no code with the prover; with nothing but Python
    and python-flint installed, `python -m certificates.checker FILE`
    does the same.
    """
    from certificates import cli_output, cli_steps
    from certificates.cli_progress import Progress

    with Progress(verbose=False) as progress:
        verdict = cli_steps.check(file, progress)
    if as_json:
        cli_output.print_json(verdict)
    else:
        cli_output.print_check(verdict, str(file))
    cli_output.print_failed(verdict, str(file))
    if not verdict["valid"]:
        raise typer.Exit(FALSE)


@app.command(epilog="Examples:\n\ngammastar verify A5\n\ngammastar verify S3 --arity 3 -o s3 --force")
def verify(
    group: Group,
    arity: Arity = 2,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Default: gammastar-SLUG, from GROUP."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Write even if DIR holds files.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The whole chain for one group, from its character table to a report.

    Character table, linear program, certificate, independent check, an
    explicit network evaluated, and a report: DIR then holds report.html,
    certificate.json and result.json.
    """
    from certificates import cli_output, cli_verify

    result = cli_verify.verify(group, arity, output, force)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_output.print_verified(result)
    if result["verdict"] == "refuted":
        raise typer.Exit(FALSE)


@app.command(
    name="property-test",
    epilog="Examples:\n\ngammastar property-test mygroup.json\n\ngammastar property-test 'Z7:Z3' --seed 7",
)
def property_test(
    group: Group,
    max_examples: Annotated[
        int, typer.Option("--max-examples", metavar="N", min=1, help="Examples a law.")
    ] = 100,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Seed of the random examples.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Test the laws of groups, characters and margins on a group; exit 1 with a shrunk counterexample."""
    from certificates import cli_output, cli_steps
    from certificates.cli_progress import Progress

    with Progress(verbose=False) as progress:
        result = cli_steps.property_test(group, max_examples, seed, progress)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_output.print_property_test(result)
    if not result["passed"]:
        raise typer.Exit(FALSE)


TRAIN_EXAMPLES = "Examples:\n\ngammastar train A5\n\ngammastar train Z23 --method paper --seeds 4 -o z23"
RunDirectory = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder of the run.", show_default=False)
]
Method = Annotated[
    str | None, typer.Option(metavar="ascent|paper", help="Direct margin ascent, or the paper's recipe.")
]
PresetName = Annotated[str | None, typer.Option(metavar="NAME", help="Named settings; z71, s5-cpu, …")]
Width = Annotated[int | None, typer.Option(metavar="M", help="Number of neurons.")]
Seed = Annotated[int | None, typer.Option(metavar="S", help="Seed of the first network; 0 if not said.")]
Seeds = Annotated[int | None, typer.Option(metavar="COUNT", help="Networks trained at once, seeds S, S+1, …")]
Steps = Annotated[int | None, typer.Option(metavar="N", help="Number of steps.")]
Batch = Annotated[int | None, typer.Option(metavar="B", help="Inputs a step, for the paper's recipe.")]
Rate = Annotated[float | None, typer.Option("--learning-rate", metavar="R", help="At the start.")]
Device = Annotated[str | None, typer.Option(metavar="auto|cpu|cuda", help="Where to train.")]
Threads = Annotated[int | None, typer.Option(metavar="T", help="Of torch on the CPU.")]
Resume = Annotated[bool, typer.Option("--resume", metavar="", help="Go on with an interrupted run in DIR.")]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Write even if DIR holds files.")]
TensorBoard = Annotated[
    bool, typer.Option("--tensorboard", metavar="", help="Curves for TensorBoard too, in DIR/tensorboard.")
]
NoReport = Annotated[bool, typer.Option("--no-report", metavar="", help="Neither figures nor report.")]


@app.command(epilog=TRAIN_EXAMPLES)
def train(
    group: Group,
    arity: Arity = 2,
    method: Method = None,
    preset: PresetName = None,
    activation: Annotated[
        str | None, typer.Option(metavar="power|relu", help="Of the hidden layer; x^k if not said.")
    ] = None,
    width: Width = None,
    seed: Seed = None,
    seeds: Seeds = None,
    steps: Steps = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    device: Device = None,
    threads: Threads = None,
    output: RunDirectory = None,
    resume: Resume = False,
    force: Force = False,
    no_report: NoReport = False,
    tensorboard: TensorBoard = False,
    architecture: Annotated[
        str | None, typer.Option(metavar="transformer|mlp|bilinear", help="On part of the table instead.")
    ] = None,
    fraction: Annotated[float | None, typer.Option(metavar="F", help="Of the table, for training.")] = None,
    weight_decay: Annotated[float | None, typer.Option(metavar="D", help="With --architecture.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network on a group's whole multiplication table and set it beside the theory.

    With --architecture: one of the networks of the classic analyses, on part
    of the table, for `gammastar explain`.
    """
    from certificates import cli_output, cli_train, cli_train_output

    options = cli_train.TrainOptions(
        method, preset, activation, width, seed, seeds, steps, batch, learning_rate, device, threads,
        fraction, weight_decay,
    )  # fmt: skip
    if architecture is not None:
        from certificates import cli_architecture

        found = cli_architecture.train(
            group, arity, architecture, options, output, resume=resume, force=force
        )
        if as_json:
            cli_output.print_json(found)
        else:
            cli_architecture.print_trained(found)
        return
    result = cli_train.train(
        group, arity, options, output,
        resume=resume, force=force, report=not no_report, tensorboard=tensorboard,
    )  # fmt: skip
    if as_json:
        cli_output.print_json(result)
    else:
        cli_train_output.print_trained(result)


@app.command(epilog="Example:\n\ngammastar compare gammastar-train-A5 --json")
def compare(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)],
    no_report: NoReport = False,
    as_json: AsJson = False,
) -> None:
    """Measure a stored run again and set it beside the theory."""
    from certificates import cli_output, cli_parity, cli_train, cli_train_output

    result = cli_train.compare(run, report=not no_report)
    if as_json:
        cli_output.print_json(result)
    elif "bits" in result:
        cli_parity.print_parity(result)
    else:
        cli_train_output.print_trained(result)


@app.command(epilog="Examples:\n\ngammastar parity 10 4\n\ngammastar parity 10 4 --method paper")
def parity(
    bits: Annotated[int, typer.Argument(metavar="N", help="Number of bits.", show_default=False)],
    arity: Annotated[int, typer.Argument(metavar="K", help="How many decide.", show_default=False)],
    method: Method = None,
    preset: PresetName = None,
    width: Width = None,
    seed: Seed = None,
    seeds: Seeds = None,
    steps: Steps = None,
    batch: Batch = None,
    learning_rate: Rate = None,
    device: Device = None,
    threads: Threads = None,
    output: RunDirectory = None,
    resume: Resume = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Train a network on (N, K)-sparse parity and set it beside the theory."""
    from certificates import cli_output, cli_parity, cli_train

    options = cli_train.TrainOptions(
        method, preset, None, width, seed, seeds, steps, batch, learning_rate, device, threads
    )
    result = cli_parity.parity(bits, arity, options, output, resume=resume, force=force)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_parity.print_parity(result)


@app.command(epilog="Examples:\n\ngammastar reproduce --quick\n\ngammastar reproduce --full --device cuda")
def reproduce(
    full: Annotated[
        bool, typer.Option("--full/--quick", help="All experiments, for a GPU; or those of some minutes.")
    ] = False,
    output: RunDirectory = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="An experiment; may be given again.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="COUNT", min=1, help="At most so many networks an experiment.")
    ] = None,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """Run the paper's experiments again, and those its theory did not reach; exit 1 if a claim fails.

    Experiments that are over in DIR are not run again: an interrupted
    reproduction goes on with the same command.
    """
    from certificates import cli_output, cli_reproduce

    result = cli_reproduce.reproduce(full, output, device or "auto", only or [], seeds)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_reproduce.print_reproduced(result)
    if result["reproduced"] < result["claims"]:
        raise typer.Exit(FALSE)


@app.command(
    epilog="Examples:\n\ngammastar explain model.pt\n\n"
    "gammastar explain saved.pth --repair --split nanda:1:0.3 -o report"
)
def explain(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT",
            help="A file of torch.save or safetensors, or a run's folder.",
            show_default=False,
        ),
    ],
    layout: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the tensors; recognised if not said.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", metavar="", help="Repair wrong answers if that makes a group.")
    ] = False,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The Cayley table it was trained on.")
    ] = None,
    trust_table: Annotated[
        bool, typer.Option("--trust-table", metavar="", help="Go on where answers differ from the table.")
    ] = False,
    split: Annotated[
        str | None, typer.Option(metavar="KIND:SEED:FRACTION", help="Train pairs: torch:… or nanda:….")
    ] = None,
    progress: Annotated[
        bool, typer.Option("--progress", metavar="", help="Every checkpoint of a run's folder too.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write it for TransformerLens (.safetensors).")
    ] = None,
    threshold: Annotated[
        float, typer.Option(metavar="T", min=0.0, max=1.0, help="Of a neuron's explained fraction.")
    ] = 0.85,
    seed: Annotated[int, typer.Option(metavar="S", help="Of sampled triples and permutations.")] = 0,
    output: RunDirectory = None,
    force: Force = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", metavar="", help="Neither figures nor report.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Explain a network that somebody trained on a group: its group, irreps, neurons, and a verdict.

    The group is recovered from the network's own answers. Exit code 0
    whatever the verdict, 2 for what cannot be read.
    """
    from certificates import cli_explain, cli_output

    options = cli_explain.ExplainOptions(
        layout, repair, table, trust_table, split, threshold, seed, not no_report, progress, export
    )
    result = cli_explain.explain(checkpoint, options, output, force)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_explain.print_explained(result)


def _elsewhere(name: str, application: str, text: str) -> None:
    """A command whose options and verbs an application of its own reads."""

    def command(context: typer.Context) -> None:
        module, _, attribute = application.partition(":")
        verbs = getattr(import_module(f"certificates.{module}"), attribute)
        code = verbs(args=context.args, prog_name=f"gammastar {name}", standalone_mode=False)
        if isinstance(code, int):
            raise typer.Exit(code)

    passed_on = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command(name, help=text, context_settings=passed_on)(command)


_elsewhere("sweep", "cli_many:sweep", "Train many networks, one table of all; on one machine or many.")
_elsewhere(
    "superposition",
    "superposition.app:app",
    "Toy models of superposition: exact losses, phase diagrams, geometry; `superposition -h` lists verbs.",
)
_elsewhere("census", "cli_many:census", "A census of maximum margins: all groups up to an order, families.")
_elsewhere("atlas", "atlas.app:atlas", "The atlas of maximum margins: `atlas build` makes a census a site.")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; the process ends with the exit code of the contract."""
    # read when torch loads: threads that wait spin for a moment only. A step of A5 on two cores takes 14 ms,
    # and 35 where both are busy with other work; spinning on and on it takes 12 and 200, never spinning 20
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    try:
        words = sys.argv[1:] if arguments is None else list(arguments)
        outcome = app(args=words, prog_name="gammastar", standalone_mode=False)
        code = outcome if isinstance(outcome, int) else 0
        if sys.stdout is not None:
            sys.stdout.flush()  # here a full disk is still told in one line
        if code == INTERRUPTED:
            print("gammastar: interrupted, nothing written", file=sys.stderr)
    except KeyboardInterrupt:
        print("gammastar: interrupted, nothing written", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        _drain_stdout()
        code = CLOSED
    except SystemExit as ended:  # typer and rich end with 1 on a closed pipe, and with nothing else
        code = CLOSED if ended.code == 1 else UNUSABLE
    except Exception as error:
        from certificates.cli_errors import told

        code = told(error)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _drain_stdout()
    if code == INTERRUPTED:
        exec("")  # makes CPython forget a Ctrl-C inside `exec(text)`, for which it would end us by the signal
    sys.exit(code)


def _drain_stdout() -> None:
    """Give what is still buffered a place to go: Python flushes at exit, and would end with 120 there."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
