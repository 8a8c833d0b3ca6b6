"""``sigma.backends.fortisiem``: where pySigma looks for the backend."""

from __future__ import annotations

import translator.plugin.backend as _plugin


class FortiSIEMBackend(_plugin.FortiSIEMBackend):
    """The backend under the name by which other tools find it."""
