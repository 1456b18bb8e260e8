"""Videos in, frames out: probing, exact frame access, index arithmetic."""

from fakefinder.media.pipe import DecodeLimits
from fakefinder.media.sandbox import DEFAULT_LIMITS, open_video
from fakefinder.media.video import Frame, Video, VideoInfo

__all__ = ["DEFAULT_LIMITS", "DecodeLimits", "Frame", "Video", "VideoInfo", "open_video"]
