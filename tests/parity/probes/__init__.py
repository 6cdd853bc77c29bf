"""Probes of sharp behaviour: small runs whose outcome says which rule a package follows."""
