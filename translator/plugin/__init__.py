"""The way in for other Sigma tools: a pySigma backend and a pipeline of the name ``fortisiem``.

pySigma finds plugins in the namespace packages ``sigma.backends`` and ``sigma.pipelines``. The modules for
them stand below ``namespace/``, which is left out of their path when this is installed; these folders hold
nothing else, least of all an ``__init__.py``, which would hide the plugins of others.
"""
