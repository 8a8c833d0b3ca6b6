"""The files of the kit: rules and events to take to a server, and a form for what was seen there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from translator.pack.probe.probes import Probe, probes
from translator.render.templating import render_template

RESULTS = "results.yaml"


def kit() -> Mapping[str, str]:
    """Path in the kit -> text. The same at any time."""
    files = {
        "README.md": render_template("probe_guide.md.j2", probes=probes()),
        RESULTS: _form(),
        "rules.xml": _rules([each for each in probes() if each.kind == "rule"]),
    }
    for probe in probes():
        match probe.kind:
            case "rule":
                files[f"rules/{probe.name}.xml"] = _rules([probe])
                for number, text in enumerate(probe.raw_events, 1):
                    files[f"events/{probe.name}/{number}.txt"] = f"{text}\n"
            case "import":
                files[f"import/{probe.name}.xml"] = _rules([probe])
            case "query":
                files[f"queries/{probe.name}.txt"] = f"{probe.condition}\n"
    return files


def _rules(wanted: Sequence[Probe]) -> str:
    return render_template("probe_rules.xml.j2", probes=wanted)


def _form() -> str:
    lines = [
        "# What was seen; see README.md. Leave empty what was not.",
        "version:      # of the FortiSIEM, such as 7.2.1",
        "seen:",
    ]
    for probe in probes():
        lines += [f"  # {probe.question}", f"  {probe.name}:      # {', '.join(probe.answers)}"]
    return "\n".join(lines) + "\n"
