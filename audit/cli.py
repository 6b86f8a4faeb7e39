"""The command line: arguments → one library call → streams and an exit code.

Results go to standard output, progress and remarks to standard error. Exit codes: 0 done; 1 a gate failed; 2 wrong use
or bad input; 130 and 143 interrupted. Libraries are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
import warnings
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, cast, get_args

import typer

from audit.errors import AuditError, SettingsError
from audit.interruption import Interruption
from audit.records import Audit, Mode, Severity
from audit.settings import BUNDLED, MAX_CHARS, Precision, Settings
from audit.version import VERSION

if TYPE_CHECKING:
    from audit.auditor import AuditResult
    from audit.corpus import CorpusResult

__all__ = ["app", "run"]

_MAX_ERROR_LINES = 3
_BAR_WIDTH = 20
_SEVERITIES: tuple[str, ...] = get_args(Severity)
"""From the mildest on."""

app = typer.Typer(
    help="Audits machine-translated English against clean accounts of the same events.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_cache = typer.Typer(help="The cache of embeddings.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(_cache, name="cache")

Hypothesis = Annotated[
    Path, typer.Argument(metavar="HYPOTHESIS", help="The machine-translated text; - is standard input.")
]
References = Annotated[
    list[Path],
    typer.Option(
        "-r", "--reference", metavar="REFERENCE", help="A clean account, or a folder of them; repeat it for more."
    ),
]
ModeName = Annotated[
    str,
    typer.Option("--mode", metavar="|".join(get_args(Mode)), help="parallel: the references translate the same text."),
]
Model = Annotated[
    str, typer.Option(metavar="NAME_OR_DIR", help="Any sentence-transformers model on this machine, by name or folder.")
]
PrecisionName = Annotated[
    str,
    typer.Option(
        "--precision", metavar="|".join(get_args(Precision)), help="bfloat16: faster on processors made for it."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="Folder of the results.  [default: reports/NAME]"),
]
Formats = Annotated[
    str, typer.Option("--format", metavar="LIST", help="What to write, with commas between: csv,json,html,png,svg.")
]
Excerpts = Annotated[bool, typer.Option("--excerpts", help="The report shows references only as short excerpts.")]
Ter = Annotated[bool, typer.Option("--ter", help="Compute TER too (slow).")]
Allow = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Forms that are right for you, one a line; never flagged.")
]
Confusions = Annotated[
    list[Path], typer.Option(metavar="FILE", help="Known confusions beside those that come with the package.")
]
Decisions = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A reviewer's decisions: what was rejected does not come back.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Leave out the cache of embeddings.")]
AnyLanguage = Annotated[bool, typer.Option("--any-language", help="Audit a text that does not look English too.")]
Download = Annotated[bool, typer.Option("--download", help="A model that is not on this machine may be fetched.")]
MaxChars = Annotated[int, typer.Option(metavar="N", help="Longest text accepted, in characters.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but results and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more: steps with their times, tracebacks.")]

_FORMATS = "csv,json,html,png"


def run(arguments: Sequence[str], interruption: Interruption) -> int:
    """Carry out a command line and return its exit code; no exception but an interruption's leaves it."""
    verbose = "--verbose" in arguments or "-v" in arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not verbose:
        warnings.simplefilter("ignore")
    try:
        return app(list(arguments), prog_name="audit", standalone_mode=False, obj=interruption) or 0
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets a message and an exit code
        if verbose:
            traceback.print_exc()
        _say(_message(error), sys.stderr)
        return 2


def _message(error: Exception) -> str:
    match error:
        case AuditError():
            said = str(error)
        case typer.TyperException():
            said = f"{error.format_message()} (see audit --help)"
        case MemoryError():
            said = "there is not enough memory for this text; split it"
        case OSError():
            said = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        case _:
            said = f"internal error, please report it: {type(error).__name__}: {error}"
    return "audit: " + "\n".join(said.splitlines()[:_MAX_ERROR_LINES])


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> None:
    if version:
        _say(f"audit {VERSION}")
    elif context.invoked_subcommand is None:
        _say(context.get_help())


@app.command("run")
def _run(
    context: typer.Context,
    hypothesis: Hypothesis,
    reference: References = [],  # noqa: B006 - Typer copies it
    mode: ModeName = "comparable",
    model: Model = BUNDLED,
    precision: PrecisionName = "float32",
    output: Folder = None,
    formats: Formats = _FORMATS,
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="|".join(_SEVERITIES), help="Exit with 1 when a finding is at least so severe."),
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option(metavar="Q", help="Exit with 1 when the mean quality is below Q (0 to 100).")
    ] = None,
    ter: Ter = False,
    allow: Allow = None,
    confusions: Confusions = [],  # noqa: B006
    decisions: Decisions = None,
    excerpts: Excerpts = False,
    any_language: AnyLanguage = False,
    no_cache: NoCache = False,
    download: Download = False,
    max_chars: MaxChars = MAX_CHARS,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Audit a text; write report, tables and plots into a folder."""
    shared = _settings(
        mode, model, precision, allow, confusions, decisions, any_language, download, max_chars, no_cache
    )
    settings = replace(shared, ter=ter)
    if fail_on is not None and fail_on not in _SEVERITIES:
        raise SettingsError(f"unknown severity {fail_on!r} for --fail-on; choose one of: {', '.join(_SEVERITIES)}")
    if fail_under is not None and not 0 <= fail_under <= 100:
        raise SettingsError(f"--fail-under is {fail_under:g}; it must lie between 0 and 100")
    if fail_under is not None and not reference:
        raise SettingsError("--fail-under needs references: without them no quality can be judged; add -r REFERENCE")
    terminal = _Terminal(context.obj, quiet, verbose)
    result = _audit_into(output, hypothesis, reference, settings, formats, excerpts, terminal)
    failed = _failed_gates(result, fail_on, fail_under)
    for reason in failed:
        _say(f"audit: gate failed: {reason}", sys.stderr)
    return 1 if failed else 0


@app.command("demo")
def _demo(
    context: typer.Context,
    output: Folder = None,
    formats: Formats = _FORMATS,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Audit the demonstration case that comes with the package."""
    from audit.demo import demonstration

    hypothesis, references = demonstration()
    terminal = _Terminal(context.obj, quiet, verbose)
    _audit_into(output, hypothesis, references, Settings(cache=not no_cache), formats, False, terminal)
    return 0


@app.command("score")
def _score(
    context: typer.Context,
    hypotheses: Annotated[
        list[Path],
        typer.Argument(metavar="HYPOTHESES...", help="Translations, one segment a line; - is standard input."),
    ],
    reference: Annotated[
        Path, typer.Option("-r", "--reference", metavar="REFERENCES", help="Their references, line by line.")
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="table|csv|json", help="table: a line a system; csv: a line a segment; json: both."
        ),
    ] = "table",
    model: Model = BUNDLED,
    precision: PrecisionName = "float32",
    ter: Ter = False,
    no_cache: NoCache = False,
    download: Download = False,
    max_chars: MaxChars = MAX_CHARS,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Score line-aligned translations against their references."""
    from audit import systems
    from audit.auditor import Auditor
    from audit.texts import read_lines, unique_names

    if form not in systems.FORMATS:
        raise SettingsError(f"unknown format {form!r}; choose one of: {', '.join(systems.FORMATS)}")
    settings = Settings(
        model=model,
        precision=cast(Precision, precision),
        ter=ter,
        max_chars=max_chars,
        download=download,
        cache=not no_cache,
    )
    references = read_lines(reference, max_chars=max_chars)
    lines = {
        name: read_lines(path, max_chars=max_chars)
        for name, path in zip(unique_names(hypotheses), hypotheses, strict=True)
    }
    terminal = _Terminal(context.obj, quiet, verbose)
    compared = systems.compare(Auditor(settings), lines, references, progress=terminal.progress)
    terminal.clear()
    _emit(systems.render(compared, form))
    return 0


@app.command("report")
def _report(
    context: typer.Context,
    audit_json: Annotated[Path, typer.Argument(metavar="AUDIT.json", help="What an earlier run wrote.")],
    output: Folder = None,
    formats: Formats = _FORMATS,
    excerpts: Excerpts = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Render report, tables and plots again from an audit.json alone."""
    from audit.reporting import interchange

    terminal = _Terminal(context.obj, quiet, verbose)
    audit = interchange.read(audit_json)
    _deliver(audit, output or _default_folder(audit.document.name), _checked(formats), excerpts, terminal)
    return 0


@app.command("fix")
def _fix(
    context: typer.Context,
    hypothesis: Hypothesis,
    reference: References = [],  # noqa: B006
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.  [default: stdout]")
    ] = None,
    min_confidence: Annotated[
        float, typer.Option(metavar="P", help="Least confidence of a correction that no reviewer saw (0 to 1).")
    ] = 0.5,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A reviewer's decisions: accepted, rejected, corrected.")
    ] = None,
    mode: ModeName = "comparable",
    model: Model = BUNDLED,
    precision: PrecisionName = "float32",
    allow: Allow = None,
    confusions: Confusions = [],  # noqa: B006
    any_language: AnyLanguage = False,
    no_cache: NoCache = False,
    download: Download = False,
    max_chars: MaxChars = MAX_CHARS,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Write the text with its mangled names put right.

    Numbers, titles and offices too. What was changed goes to standard error.
    """
    from audit import fixing
    from audit.auditor import Auditor
    from audit.decisions import read_decisions

    if not 0 <= min_confidence <= 1:
        raise SettingsError(f"--min-confidence is {min_confidence}; it must lie between 0 and 1")
    if output is not None:
        fixing.check_file(output)
    shared = _settings(
        mode, model, precision, allow, confusions, decisions, any_language, download, max_chars, no_cache
    )
    settings = replace(shared, scores=False)
    terminal = _Terminal(context.obj, quiet, verbose)
    result = Auditor(settings).audit_files(hypothesis, reference, progress=terminal.progress)
    reviewed = read_decisions(decisions) if decisions else []
    chosen = fixing.corrections(result.findings, min_confidence=min_confidence, decisions=reviewed)
    terminal.note(*result.notes)
    terminal.note(*(f"{c.start}: {c.surface} → {c.replacement}" for c in chosen))
    terminal.note(f"{len(chosen)} corrections")
    fixed = fixing.apply(result.document.text, chosen)
    if output is None:
        _emit(fixed)
    else:
        fixing.write(fixed, output)
    return 0


@app.command("corpus")
def _corpus(
    context: typer.Context,
    manifest: Annotated[
        list[str],
        typer.Argument(
            metavar="MANIFEST...",
            help="JSON Lines, CSV or Parquet with id, hypothesis and references; folders, patterns and addresses"
            " such as s3:// too.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the results.")],
    references: Annotated[
        list[str],
        typer.Option(
            metavar="POOL",
            help="Where documents that name no references look for some: files like the manifest's with id, text and"
            " perhaps date, or folders of .txt files; repeat it for more.",
        ),
    ] = [],  # noqa: B006
    references_each: Annotated[int, typer.Option(metavar="K", help="References found for one document at most.")] = 3,
    date_window: Annotated[
        int,
        typer.Option(metavar="DAYS", help="Most between the dates of a document and of a reference found for it."),
    ] = 7,
    verdict: Annotated[
        bool, typer.Option("--verdict", help="Judge each text by itself too: is it garbled machine translation?")
    ] = False,
    engine: Annotated[str, typer.Option(metavar="local|ray", help="Processes of this machine, or Ray.")] = "local",
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes, or actors on Ray.  [default: one a core]")
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of a Ray cluster.  [default: one of its own on this machine]")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Remove what an earlier run left, or go on where it ended.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="A document that takes longer is rejected; 0: none is.")
    ] = 600,
    max_rejected: Annotated[
        int | None,
        typer.Option(metavar="N", help="End the run, with exit code 1, when more documents than this are rejected."),
    ] = None,
    document: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Write only the report of this document of a finished run, into DIR/reports."),
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="entities", help="Names, numbers and titles only: no scores, no wording.")
    ] = None,
    mode: ModeName = "comparable",
    model: Model = BUNDLED,
    precision: PrecisionName = "float32",
    ter: Ter = False,
    allow: Allow = None,
    confusions: Confusions = [],  # noqa: B006
    any_language: AnyLanguage = False,
    download: Download = False,
    max_chars: MaxChars = 1_000_000,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Audit the documents of a manifest into Parquet tables."""
    from audit.corpus import TooManyRejectedError, audit_document, run_corpus

    if only not in (None, "entities"):
        raise SettingsError(f"unknown part {only!r} for --only; it can be entities")
    shared = _settings(
        mode, model, precision, allow, confusions, None, any_language, download, max_chars, no_cache=True
    )
    settings = replace(shared, ter=ter, scores=only is None, wording=only is None)
    terminal = _Terminal(context.obj, quiet, verbose)
    if document is not None:
        audit, folder = audit_document(
            manifest,
            output,
            settings,
            document,
            references=references,
            references_each=references_each,
            date_window=date_window,
            verdict=verdict,
        )
        _deliver(audit, folder, _checked(_FORMATS), False, terminal)
        return 0
    try:
        done = run_corpus(
            manifest,
            output,
            settings,
            references=references,
            references_each=references_each,
            date_window=date_window,
            verdict=verdict,
            engine=engine,
            workers=workers,
            ray_address=ray_address,
            fresh=fresh,
            timeout=timeout or None,
            max_rejected=max_rejected,
            progress=lambda state: terminal.progress(_pace(state), state.documents + state.rejected, state.total),
        )
    except TooManyRejectedError as error:
        terminal.clear()
        _say(f"audit: gate failed: {error}", sys.stderr)
        return 1
    terminal.clear()
    rejected = f"; {done.rejected} rejected, see {output / 'rejected.parquet'}" if done.rejected else ""
    terminal.note(f"{done.documents} of {done.total} documents in {done.seconds:.0f} s{rejected}")
    _say(str(output))
    return 0


@app.command("schema")
def _schema() -> int:
    """Print the JSON Schema of audit.json."""
    from audit.reporting import interchange

    _say(json.dumps(interchange.schema(), indent=2))
    return 0


@_cache.command("info")
def _cache_info() -> int:
    """Say where the cache is and how much it holds."""
    from audit import cache

    for line in cache.info():
        _say(line)
    return 0


@_cache.command("clear")
def _cache_clear() -> int:
    """Empty the cache."""
    from audit import cache

    cache.clear()
    return 0


class _Terminal:
    """Standard error of one command: a bar where that is a terminal, remarks unless they are not wanted."""

    def __init__(self, interruption: Interruption, quiet: bool, verbose: bool) -> None:
        self._interruption = interruption
        self._quiet = quiet
        self._verbose = verbose
        self._bar = not quiet and sys.stderr.isatty()
        self._start = time.monotonic()

    def progress(self, step: str, done: int, total: int) -> None:
        self._interruption.check()
        if self._verbose:
            _say(f"{time.monotonic() - self._start:7.2f} s  {step} {done}/{total}", sys.stderr)
        elif self._bar:
            full = _BAR_WIDTH * done // max(total, 1)
            sys.stderr.write(f"\r\x1b[K[{'█' * full}{'░' * (_BAR_WIDTH - full)}] {step}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away before something else is written."""
        self._interruption.check()
        if self._bar and not self._verbose:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def note(self, *lines: str) -> None:
        if not self._quiet:
            self.clear()
            for line in lines:
                _say(f"audit: {line}", sys.stderr)

    @property
    def quiet(self) -> bool:
        return self._quiet


def _pace(state: CorpusResult) -> str:
    """Return what a corpus run says of itself while it goes on."""
    here = state.documents + state.rejected - state.resumed
    seconds = max(state.seconds, 1e-9)
    left = (state.total - state.documents - state.rejected) * seconds / here if here else None
    # The sentences of earlier runs are counted with their documents, so the pace of sentences follows from their mean.
    sentences = state.sentences / max(state.documents + state.rejected, 1) * here / seconds
    ends = "" if left is None else f", {left / 60:.0f} min left"
    return f"{here / seconds:.1f} documents/s, {sentences:.0f} sentences/s, {state.rejected} rejected{ends}"


def _audit_into(
    output: Path | None,
    hypothesis: Path,
    references: Sequence[Path],
    settings: Settings,
    formats: str,
    excerpts: bool,
    terminal: _Terminal,
) -> AuditResult:
    from audit.auditor import Auditor
    from audit.reporting.writer import check_folder

    folder = output or _default_folder(hypothesis.name)
    chosen = _checked(formats)
    check_folder(folder)
    result = Auditor(settings).audit_files(hypothesis, references, progress=terminal.progress)
    _deliver(result, folder, chosen, excerpts, terminal)
    return result


def _deliver(audit: Audit, folder: Path, formats: Collection[str], excerpts: bool, terminal: _Terminal) -> None:
    """Write the files, then say what they hold and where they are."""
    from audit.reporting import console, writer

    terminal.progress("writing", 0, 1)
    written = writer.write(audit, folder, formats, excerpts=excerpts)
    terminal.note(*audit.notes)
    terminal.clear()
    page = next((path for path in written if path.suffix == ".html"), folder)
    if terminal.quiet:
        _say(str(page))
        return
    for line in (*console.summary(audit), "", f"report: {page}"):
        _say(line)


def _failed_gates(audit: Audit, fail_on: str | None, fail_under: float | None) -> list[str]:
    failed = []
    if fail_on is not None:
        counted = _SEVERITIES[_SEVERITIES.index(fail_on) :]
        number = sum(finding.severity in counted for finding in audit.findings)
        if number:
            failed.append(f"{number} findings of severity {' or '.join(counted)} (--fail-on {fail_on})")
    if fail_under is not None:
        quality = audit.summary["mean_quality"]
        if quality is None:
            failed.append("no sentence has a counterpart, so that no quality can be judged (--fail-under)")
        elif quality < fail_under:
            failed.append(f"the mean quality is {quality:.1f} (--fail-under {fail_under:g})")
    return failed


def _settings(
    mode: str,
    model: str,
    precision: str,
    allow: Path | None,
    confusions: Sequence[Path],
    decisions: Path | None,
    any_language: bool,
    download: bool,
    max_chars: int,
    no_cache: bool,
) -> Settings:
    """Return the settings that the options shared by several commands stand for."""
    return Settings(
        mode=cast(Mode, mode),  # Settings refuses what is none
        model=model,
        precision=cast(Precision, precision),
        any_language=any_language,
        allow=_forms(allow),
        confusions=tuple(map(str, confusions)),
        decisions=str(decisions) if decisions else None,
        max_chars=max_chars,
        download=download,
        cache=not no_cache,
    )


def _forms(path: Path | None) -> tuple[str, ...]:
    from audit.texts import read_lines

    if path is None:
        return ()
    return tuple(form for line in read_lines(path) if (form := line.strip()) and not form.startswith("#"))


def _checked(formats: str) -> tuple[str, ...]:
    from audit.reporting.writer import check_formats

    chosen = tuple(filter(None, (part.strip().lower() for part in formats.split(","))))
    check_formats(chosen)
    return chosen


def _default_folder(name: str) -> Path:
    stem = "stdin" if name == "-" else Path(name).stem
    return Path("reports") / (re.sub(r"[^\w.-]+", "_", stem).strip("._") or "text")


def _say(text: str, stream: TextIO | None = None) -> None:
    from audit.reporting.console import printable

    _emit(printable(text) + "\n", stream)


def _emit(text: str, stream: TextIO | None = None) -> None:
    stream = stream or sys.stdout
    if stream is None:  # the shell closed it
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # The reader has gone; the work is done all the same, and nothing is to be flushed to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
