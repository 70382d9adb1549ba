"""`python -m mmsk` is the command `mmsk`."""

from mmsk.cli import main

if __name__ == "__main__":
    main()
