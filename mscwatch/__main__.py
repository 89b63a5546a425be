"""`python -m mscwatch` is the same as `mscwatch`."""

from mscwatch.cli import main

main()
