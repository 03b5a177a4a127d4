"""`python -m runs_client.cli` is the command `runs-client`."""

from . import main

main()
