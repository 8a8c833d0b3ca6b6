"""Rule packs: what FortiSIEM imports, what is checked before and after, and how a server is asked."""
