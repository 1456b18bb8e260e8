"""Every error that FakeFinder raises on purpose: one root, a code, a sentence and a hint.

    FakeFinderError
    ├── UsageError                usage                a wrong argument or option
    ├── VideoError
    │   ├── VideoNotFound         not_found            no such file, folder or address
    │   ├── VideoUnreadable       unreadable           no picture can be decoded
    │   └── DecodeLimitExceeded   decode_limit         the decoding child hit a memory, time or size limit
    ├── WeightsError
    │   ├── WeightsMissing        weights_missing      nothing active in the weight store
    │   ├── WeightsAltered        weights_altered      bytes or sha256 differ from what is on record
    │   ├── WeightsTruncated      weights_truncated    a file ends too early
    │   ├── WeightsUnsafe         weights_unsafe       a pickle that would run code
    │   ├── WeightsKeysDiffer     weights_keys         keys missing or not expected
    │   ├── WeightsShapeDiffers   weights_shape        a tensor of another shape
    │   ├── WeightsUnlisted       weights_unlisted     a file whose sha256 the catalogue does not list
    │   ├── LicenceNotAccepted    licence_not_accepted terms not stated or restrictive, not acknowledged
    │   └── DownloadFailed        download_failed      no source of a published file answered
    ├── DetectorError
    │   ├── DetectorUnknown       detector_unknown     no detector of that name
    │   └── DetectorBroken        detector_broken      a plugin that cannot be imported or breaks the contract
    ├── DeviceUnavailable         device_unavailable   the device asked for is not there
    ├── TrainingDiverged          training_diverged    the loss of a training run is no number any more
    └── NoSpace                   no_space             the folder of temporary files is full

``str(error)`` is one sentence for a person; ``error.hint`` says what to do next, or is empty.
"""

from __future__ import annotations


class FakeFinderError(Exception):
    """The root of all deliberate errors; ``code`` is stable and fit for programs."""

    code = "error"
    default_hint = ""

    def __init__(self, sentence: str, *, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.hint = self.default_hint if hint is None else hint


class UsageError(FakeFinderError):
    """A wrong argument or option."""

    code = "usage"


class VideoError(FakeFinderError):
    """Something is wrong with a video."""

    code = "video"


class VideoNotFound(VideoError):
    """No such file, folder or address."""

    code = "not_found"
    default_hint = "Check the path."


class VideoUnreadable(VideoError):
    """No picture can be decoded from the source."""

    code = "unreadable"
    default_hint = "Play the video in a player to see whether it is damaged."


class DecodeLimitExceeded(VideoError):
    """The decoding child was stopped at a memory, time or size limit."""

    code = "decode_limit"
    default_hint = "Re-encode the video to a smaller picture, or raise the decode limits if you trust it."


class WeightsError(FakeFinderError):
    """Something is wrong with a weight file or the weight store."""

    code = "weights"


class WeightsMissing(WeightsError):
    """Nothing is active in the weight store for a detector."""

    code = "weights_missing"


class WeightsAltered(WeightsError):
    """A file's size or sha256 differs from what is on record."""

    code = "weights_altered"
    default_hint = "Fetch it again: `fakefinder weights pull DETECTOR`."


class WeightsTruncated(WeightsError):
    """A weight file ends too early."""

    code = "weights_truncated"
    default_hint = "Copy or download the file again."


class WeightsUnsafe(WeightsError):
    """A pickle that would run code when it is read; it was not run."""

    code = "weights_unsafe"
    default_hint = "Do not load this file; get it from its published place."


class WeightsKeysDiffer(WeightsError):
    """The file's keys are not the net's keys."""

    code = "weights_keys"


class WeightsShapeDiffers(WeightsError):
    """A tensor has another shape than the net's parameter."""

    code = "weights_shape"


class WeightsUnlisted(WeightsError):
    """The catalogue does not list the file's sha256."""

    code = "weights_unlisted"
    default_hint = "If you trust the file (fine-tuned weights, say), import it with --unlisted; reports will say so."


class LicenceNotAccepted(WeightsError):
    """The weights' terms need an acknowledgement that was not given."""

    code = "licence_not_accepted"


class DownloadFailed(WeightsError):
    """No source of a published file answered."""

    code = "download_failed"


class DetectorError(FakeFinderError):
    """Something is wrong with a detector."""

    code = "detector"


class DetectorUnknown(DetectorError):
    """No detector has that name."""

    code = "detector_unknown"


class DetectorBroken(DetectorError):
    """A plugin cannot be imported or breaks the contract."""

    code = "detector_broken"


class DeviceUnavailable(FakeFinderError):
    """The device asked for is not on this machine."""

    code = "device_unavailable"
    default_hint = "Use --device cpu, or --device auto."


class TrainingDiverged(FakeFinderError):
    """The loss of a training run is no number any more."""

    code = "training_diverged"
    default_hint = "Begin in another folder, with a lower learning_rate in the recipe."


class NoSpace(FakeFinderError):
    """The folder of temporary files is full."""

    code = "no_space"
    default_hint = "Make room there, or let TMPDIR name a folder that has some."
