"""``sigma.pipelines.fortisiem``: where pySigma looks for the pipeline."""

from __future__ import annotations

from sigma.pipelines.base import Pipeline
from sigma.processing.pipeline import ProcessingPipeline

import translator.plugin.pipeline as _plugin

__all__ = ["fortisiem_pipeline"]


@Pipeline
def fortisiem_pipeline() -> ProcessingPipeline:
    """Nothing to change: the backend maps fields itself."""
    return _plugin.pipeline()
