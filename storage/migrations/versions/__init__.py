"""One file a step: `0001_first.py` is revision 0001."""
