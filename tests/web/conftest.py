"""The archive that the tests of the web share."""

from site_samples import filled

__all__ = ["filled"]
