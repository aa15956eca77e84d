"""`python -m sfa`: the command line, where its script is not on the PATH."""

from sfa.cli import main

main(prog_name="sfa")
