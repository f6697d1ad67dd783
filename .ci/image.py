"""Images for the test of bundles: a base of a folder, and the layers of an OCI layout as a folder.

usage: image.py base FOLDER BASE.tar      writes what 'docker save' writes of an image that has the folder's files
       image.py unpack IMAGE.tar FOLDER   checks every digest, unpacks all layers, prints the entrypoint
Exit codes: 0 done, 1 something is wrong with the image.
"""

import argparse
import gzip
import hashlib
import io
import json
import re
import sys
import tarfile
from pathlib import Path


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def base(folder: Path, target: Path) -> None:
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(folder, arcname=".")
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer.getvalue())]},
    }
    manifest = [{"Config": "config.json", "RepoTags": ["base:1"], "Layers": ["layer.tar"]}]
    with tarfile.open(target, "w") as tar:
        for name, data in (
            ("layer.tar", layer.getvalue()),
            ("config.json", json.dumps(config).encode()),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def unpack(image: Path, folder: Path) -> None:
    with tarfile.open(image) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}

    def blob(descriptor: dict) -> bytes:
        data = files["blobs/" + descriptor["digest"].replace(":", "/")]
        if sha256(data) != descriptor["digest"] or len(data) != descriptor["size"]:
            sys.exit(f"image.py: {descriptor['digest']} is not what it is called")
        return data

    if json.loads(files["oci-layout"])["imageLayoutVersion"] != "1.0.0":
        sys.exit("image.py: no OCI layout of version 1.0.0")
    [entry] = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(blob(entry))
    config = json.loads(blob(manifest["config"]))
    diff_ids = config["rootfs"]["diff_ids"]
    if len(diff_ids) != len(manifest["layers"]):
        sys.exit("image.py: the configuration names another number of layers")
    for descriptor, diff_id in zip(manifest["layers"], diff_ids):
        layer = gzip.decompress(blob(descriptor))
        if sha256(layer) != diff_id:
            sys.exit(f"image.py: {descriptor['digest']} unpacks to something else than {diff_id}")
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            for member in tar:
                if re.search(r"(^|/)\.wh\.", member.name):
                    sys.exit(f"image.py: {member.name} takes away what the base has")
            tar.extractall(folder)
    settings = config["config"]
    labels = settings["Labels"]
    if settings["User"] != "65534:65534" or settings["Cmd"][0] != "watch":
        sys.exit(f"image.py: expected 'watch' by nobody: {settings}")
    if labels["org.opencontainers.image.version"] != "1.2.0":
        sys.exit(f"image.py: expected version 1.2.0: {labels}")
    print(*settings["Entrypoint"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    actions = parser.add_subparsers(required=True)
    for action, first, second in ((base, "folder", "target"), (unpack, "image", "folder")):
        sub = actions.add_parser(action.__name__)
        sub.add_argument(first, type=Path)
        sub.add_argument(second, type=Path)
        sub.set_defaults(run=lambda a, f=first, s=second, run=action: run(getattr(a, f), getattr(a, s)))
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
