"""The training of the detector that comes with the package, and of users' own."""
