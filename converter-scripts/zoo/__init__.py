"""Detectors as ONNX with random weights: the seed's from their published layer lists.

Run it as ``python -m zoo`` from ``converter-scripts``. Read it in this order: ``systems`` (the
models), ``blocks`` (the layers), ``head`` (the three output forms), ``graph`` (how a graph is
written) and ``names`` (how an exporter names its nodes). ``families`` has small detectors in every
form in which other projects export theirs.
"""
