"""The pipeline of the name ``fortisiem``: it changes nothing, because the backend maps fields itself."""

from __future__ import annotations

from sigma.processing.pipeline import ProcessingPipeline

BACKEND = "fortisiem"


def pipeline() -> ProcessingPipeline:
    """An empty pipeline, for command lines that name one for each target.

    Field names depend on the log source and on what an event type lacks, which a pipeline cannot say.
    """
    return ProcessingPipeline(name="FortiSIEM", allowed_backends=frozenset({BACKEND}))
