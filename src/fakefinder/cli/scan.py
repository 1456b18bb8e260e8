"""``fakefinder scan``: videos in, one score per detector out."""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.cli.exit_codes import ExitCode, of_reports
from fakefinder.cli.options import DetectorNames, Device, DeviceChoice, chosen_detectors
from fakefinder.cli.store import WeightsFolder, open_store
from fakefinder.cli.terminal import as_text, progress
from fakefinder.errors import DetectorError, UsageError, VideoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakefinder.cli.sources import Source
    from fakefinder.records.card import DetectorCard
    from fakefinder.records.report import Report
    from fakefinder.scan import Scanner


class Format(StrEnum):
    """How reports are written."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    html = "html"


class FailOn(StrEnum):
    """The verdicts that may be turned into an exit code."""

    likely_fake = "likely_fake"
    uncertain = "uncertain"
    undetermined = "undetermined"


def scan(
    source: Annotated[list[str], typer.Argument(help="Files, folders, patterns, http(s) addresses, s3:// prefixes.")],
    detector: DetectorNames = "",
    format: Annotated[Format | None, typer.Option(help="Default: from the ending of --output, else table.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout.")] = None,
    device: DeviceChoice = Device.auto,
    weights: WeightsFolder = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 10 where a video has this verdict.")] = None,
) -> None:
    """Score videos with each chosen detector, side by side.

    Exit codes: 0 done, 2 wrong usage, 3 no input could be read, 4 weights missing or altered,
    5 some (video, detector) failed or some input could not be read. A verdict alone never changes the code.
    """
    from fakefinder.cli.sources import find_sources
    from fakefinder.scan import Scanner

    store = open_store(weights)
    chosen = chosen_detectors(detector, store)
    writer = _Writer(_format(format, output), output, chosen)
    sources = find_sources(source)
    with progress(len(sources) * len(chosen)) as watch:
        scanner = Scanner(chosen, store, device=device.value, watch=watch)
        try:
            not_read = _scan_all(scanner, sources, writer)
        finally:  # what was computed is told, whatever stops the rest
            writer.finish()
    raise typer.Exit(_exit_code(writer.reports, not_read, fail_on))


def _scan_all(scanner: Scanner, sources: Sequence[Source], writer: _Writer) -> int:
    """Scan one source after another; how many of them gave no report."""
    not_read = 0
    for source in sources:
        try:
            with source.fetch() as path:
                writer.add(scanner.scan(path))
        except VideoError as error:
            typer.echo(f"Error: {error}\nHint: {error.hint}", err=True)
            not_read += 1
    return not_read


class _Writer:
    """Writes reports where the user wants them: lines of JSON as they come, the other formats at the end."""

    def __init__(self, format: Format, output: Path | None, detectors: Sequence[str]) -> None:
        if output is not None and not output.resolve().parent.is_dir():
            raise UsageError(f"There is no folder {str(output.parent)!r} to write to.")
        self.reports: list[Report] = []
        self._format = format
        self._output = output
        self._detectors = detectors
        self._lines = output.open("w", encoding="utf-8") if output and format is Format.jsonl else sys.stdout

    def add(self, report: Report) -> None:
        self.reports.append(report)
        if self._format is Format.jsonl:
            from fakefinder.records.render import to_jsonl

            self._lines.write(to_jsonl([report]))
            self._lines.flush()

    def finish(self) -> None:
        """Write what was not written yet; a file appears whole or not at all."""
        if self._format is Format.jsonl:
            if self._lines is not sys.stdout:
                self._lines.close()
        elif self.reports:
            text = self._rendered()
            if self._output is None:
                sys.stdout.write(text)
            else:
                partial = self._output.with_name(f".{self._output.name}.partial")
                partial.write_text(text, encoding="utf-8", newline="")
                partial.replace(self._output)

    def _rendered(self) -> str:
        from fakefinder.records import render

        if self._format is Format.json:
            return render.to_json(self.reports)
        if self._format is Format.csv:
            return render.to_csv(self.reports)
        if self._format is Format.html:
            return render.to_html(self.reports, _cards(self._detectors))
        table = render.to_table(self.reports)
        return as_text(table, to_terminal=self._output is None and sys.stdout.isatty())


def _cards(names: Sequence[str]) -> dict[str, DetectorCard]:
    from fakefinder.detectors.registry import detector_class

    cards = {}
    for name in names:
        with suppress(DetectorError):
            cards[name] = detector_class(name).card
    return cards


def _format(format: Format | None, output: Path | None) -> Format:
    """The format asked for, else that of the output file's ending, else a table."""
    if format is not None:
        return format
    ending = output.suffix.lstrip(".").lower() if output else ""
    return Format(ending) if ending in set(Format) else Format.table


def _exit_code(reports: Sequence[Report], not_read: int, fail_on: FailOn | None) -> ExitCode:
    code = of_reports(reports, not_read=not_read)
    if code is ExitCode.DONE and fail_on is not None and any(r.verdict.level == fail_on for r in reports):
        return ExitCode.FAIL_ON
    return code
