"""How right detectors are on labelled videos.

    from fakefinder.evaluation import evaluate, figures, read_manifest

    found = evaluate(read_manifest("labels.csv", split="tune"), ["mesonet"], "out", store=store)
    found.detectors[0].overall.figures.auc

``from_kept`` makes the same of scores that are there already, ``figures`` of any scores; ``measurement`` is what of it
goes on a detector's card.
"""

from fakefinder.evaluation.figures import figures
from fakefinder.evaluation.manifest import Manifest, Row, read_manifest
from fakefinder.evaluation.measurement import measurement
from fakefinder.evaluation.result import Evaluation, Figures, Options
from fakefinder.evaluation.run import evaluate, from_kept

__all__ = [
    "Evaluation",
    "Figures",
    "Manifest",
    "Options",
    "Row",
    "evaluate",
    "figures",
    "from_kept",
    "measurement",
    "read_manifest",
]
