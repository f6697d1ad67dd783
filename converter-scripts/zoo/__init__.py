"""The seed's detectors as ONNX, built from their published layer lists with random weights.

Run it as ``python -m zoo`` from ``converter-scripts``. Read it in this order:
``systems`` (what there is), ``blocks`` (what a layer is), ``head`` (the three output forms),
``graph`` (how a graph is written) and ``names`` (how an exporter would have named it).
"""
