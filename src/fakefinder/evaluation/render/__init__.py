"""An evaluation as text: table, JSON, CSV of all scores, one HTML page."""

from fakefinder.evaluation.render.csv import to_csv
from fakefinder.evaluation.render.html import to_html
from fakefinder.evaluation.render.json import to_json
from fakefinder.evaluation.render.table import to_table

__all__ = ["to_csv", "to_html", "to_json", "to_table"]
