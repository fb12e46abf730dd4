"""`python -m lobegen` is the command line."""

from lobegen.cli import main

if __name__ == "__main__":
    main()
