"""Print the documentation's page about the gallery."""

from . import page

if __name__ == "__main__":
    print(page(), end="")
