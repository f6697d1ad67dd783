#!/usr/bin/env bash
# Builds native-config once more, in another folder, and compares: same sources, same bytes.
# usage: same-bytes.sh, after `mvn package`
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { printf 'same-bytes: %s\n' "$*" >&2; exit 1; }
built="$root/native-config/target"
[ -d "$built/native" ] || fail "there is no build; run mvn package first"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
other="$work/another/folder with a longer name"
mkdir -p "$other/native-config/target/build"
cp "$root/pom.xml" "$other/"
cp -r "$root/.mvn" "$other/"
(cd "$root/native-config" && find . -name target -prune -o -type f -print0 | xargs -0 cp --parents -t "$other/native-config")
# What was fetched is taken as it is.
cp -r "$built"/build/openvino "$built"/build/openvino.stamp "$built"/build/opencv "$other/native-config/target/build/"
cp -r "$built/dependency-maven-plugin-markers" "$other/native-config/target/"

# The other modules are not there.
sed -i '/<module>/{/native-config/!d}' "$other/pom.xml"
(cd "$other" && mvn -q -B -pl native-config -DskipTests -Dspotless.check.skip package) || fail "the second build failed"

# The video module's own library, from the sources of both folders.
webcam=$root/toolkit/video/target/native/linux-x86_64/libovkit_webcam.so
again=$work/libovkit_webcam.so
java=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
(cd "$other" && native-config/webcam.sh "$work/build" "$again" "${JAVA_HOME:-$java}" \
  "$other"/native-config/src/main/cpp/ovkit_webcam{,_jni}.cpp)
cmp "$webcam" "$again" || fail "two builds of libovkit_webcam.so differ"

sums() { (cd "$1/native-config/target" && sha256sum ovkit-native-*.jar native/*/lib*.so* | grep -v -e '-sources.jar' -e '-javadoc.jar' | sort -k 2); }
diff <(sums "$root") <(sums "$other") || fail "two builds of one source differ, as above"
printf 'same-bytes: %d files, the same in both folders\n' "$(sums "$root" | wc -l)"
