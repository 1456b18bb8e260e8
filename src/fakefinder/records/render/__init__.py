"""Reports and cards as text: table, JSON, JSON lines, CSV, one HTML page, Markdown."""

from fakefinder.records.render.card import to_markdown
from fakefinder.records.render.csv import to_csv
from fakefinder.records.render.html import to_html
from fakefinder.records.render.json import to_json, to_jsonl
from fakefinder.records.render.table import to_table

__all__ = ["to_csv", "to_html", "to_json", "to_jsonl", "to_markdown", "to_table"]
