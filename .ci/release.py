#!/usr/bin/env python3
"""Checks that a build has all that Maven Central asks for, signatures apart.

usage: release.py [--publish], after `mvn -Prelease verify`. Names each rule that is not met; exit code 1 then. The
values that only the owner has may be placeholders, which it says; not with --publish.
"""

import re
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POM = "{http://maven.apache.org/POM/4.0.0}"
# What pom.xml says until the owner says better.
PLACEHOLDERS = {
    "release.url": "https://example.invalid",
    "release.developer": "The ovkit authors",
    "release.email": "@example.invalid",
}

broken: list[str] = []


def text(element: ET.Element | None, path: str) -> str:
    found = None if element is None else element.find("/".join(POM + name for name in path.split("/")))
    return "" if found is None or found.text is None else found.text.strip()


def check(holds: bool, what: str) -> None:
    if not holds:
        broken.append(what)


def modules(folder: Path) -> list[Path]:
    root = ET.parse(folder / "pom.xml").getroot()
    return [folder / (module.text or "") for module in root.iter(POM + "module")]


def properties(folder: Path) -> ET.Element | None:
    return ET.parse(folder / "pom.xml").getroot().find(POM + "properties")


def jar(folder: Path, name: str, suffix: str, holds: str) -> None:
    file = folder / "target" / f"{name}{suffix}.jar"
    if not file.is_file():
        broken.append(f"{file.relative_to(ROOT)} is missing")
        return
    with zipfile.ZipFile(file) as entries:
        check(any(entry.endswith(holds) for entry in entries.namelist()), f"{file.relative_to(ROOT)} has no {holds}")


def artifact(folder: Path) -> tuple[str, str]:
    """Checks one artifact; returns its name and the text of its pom."""
    file = folder / "target" / "flattened.xml"
    where = str(file.relative_to(ROOT))
    if not file.is_file():
        broken.append(f"{where} is missing; run mvn -Prelease verify first")
        return folder.name, ""
    pom = ET.parse(file).getroot()
    for path in (
        "groupId artifactId version name description url licenses/license/name licenses/license/url "
        "developers/developer/name developers/developer/email scm/connection scm/developerConnection scm/url"
    ).split():
        check(text(pom, path) != "", f"{where} has no {path}")
    name, version = text(pom, "artifactId"), text(pom, "version")
    check(not version.endswith("-SNAPSHOT"), f"{where}: {version} is no release")
    check(pom.find(POM + "parent") is None, f"{where} has a parent")
    content = file.read_text()
    left = sorted(set(re.findall(r"\$\{(?!project\.version\})[^}]*\}", content)))
    check(not left, f"{where} has {', '.join(left)}")
    check(str(ROOT) not in content, f"{where} names a folder of this machine")
    for dependency in pom.iter(POM + "dependency"):
        check("SNAPSHOT" not in text(dependency, "version"), f"{where} needs a snapshot: {text(dependency, 'artifactId')}")
    if text(pom, "packaging") in ("", "jar"):
        base = f"{name}-{version}"
        jar(folder, base, "", ".class")
        jar(folder, base, "-sources", ".java")
        jar(folder, base, "-javadoc", "index.html")
    return name, content


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--publish"]):
        print(__doc__, file=sys.stderr)
        return 2
    published = [folder for folder in modules(ROOT) if text(properties(folder), "maven.deploy.skip") != "true"]
    poms = dict(artifact(folder) for folder in published)
    bom = poms.get("ovkit-bom", "")
    listed = set(re.findall(r"<artifactId>(ovkit[^<]*)</artifactId>", bom)) - {"ovkit-bom"}
    check(listed == poms.keys() - {"ovkit-bom"}, f"ovkit-bom lists {sorted(listed)}, published are {sorted(poms)}")
    used = [key for key, value in PLACEHOLDERS.items() if any(value in pom for pom in poms.values())]
    if used:
        check(arguments != ["--publish"], "placeholders must not be published")
        print(f"release: {', '.join(used)}: placeholders; a release gives the real ones with -D")
    for what in broken:
        print(f"release: {what}", file=sys.stderr)
    if not broken:
        print(f"release: {', '.join(sorted(poms))}: all that Maven Central asks for, signatures apart")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
