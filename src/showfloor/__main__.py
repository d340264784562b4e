"""`python -m showfloor`."""

from showfloor.app.cli import main

main()
