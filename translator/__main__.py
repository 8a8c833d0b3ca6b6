"""``python -m translator``: the command line without its installed script."""

from __future__ import annotations

from translator.cli.main import main

if __name__ == "__main__":
    main()
