#!/usr/bin/env bash
# Prints the folder with the jars of a Kafka broker, fetched once into target/kafka-broker (43 MB). Says why it cannot,
# with exit code 1.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
place=$root/target/kafka-broker
mkdir -p "$place"
exec 9>"$root/target/kafka-broker.lock"
flock 9 # tests run side by side
if [ ! -e "$place/whole" ]; then
  command -v mvn >/dev/null || { echo 'no Kafka broker: there is no mvn' >&2; exit 1; }
  mvn -q -B -f "$root/.ci/kafka-broker" org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies \
    -DoutputDirectory="$place/jars" >"$place/mvn.txt" 2>&1 </dev/null ||
    { printf 'no Kafka broker: %s\n' "$(grep -m 1 ERROR "$place/mvn.txt")" >&2; exit 1; }
  touch "$place/whole"
fi
echo "$place/jars"
