#!/usr/bin/env bash
# Builds and runs a Java program with one dependency, dev.ovkit:ovkit, against artifacts laid out as in a
# repository. No library directory is given, so the native libraries come out of the jar.
# usage: consumer.sh, after `mvn package`
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { printf 'consumer: %s\n' "$*" >&2; exit 1; }
say() { printf 'consumer: %s\n' "$*"; }

. "$root/.ci/repository.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset OVKIT_NATIVE_DIR

make_repository "$work/repository"

# ---- the consumer

mkdir -p "$work/consumer/src/main/java"
cat >"$work/consumer/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>consumer</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
$(repositories "$work/repository")
  <dependencies>
    <dependency>
      <groupId>dev.ovkit</groupId>
      <artifactId>ovkit</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.6.1</version></plugin>
      <plugin><artifactId>maven-jar-plugin</artifactId><version>3.5.1</version></plugin>
      <plugin><artifactId>maven-dependency-plugin</artifactId><version>3.11.0</version></plugin>
    </plugins>
  </build>
</project>
XML
cat >"$work/consumer/src/main/java/Consumer.java" <<'JAVA'
import dev.ovkit.model.Detection;
import dev.ovkit.vision.Detector;
import java.nio.file.Path;

final class Consumer {
  public static void main(String[] args) throws Exception {
    try (Detector detector = Detector.open(Path.of(args[0]))) {
      for (Detection d : detector.detect(Path.of(args[1]))) {
        System.out.println(d.label() + " " + d.score() + " " + d.box());
      }
    }
  }
}
JAVA


# It has its own local repository, so that these artifacts never hide a later build. Maven's own files are reused.
say "compiling a program with one dependency, dev.ovkit:ovkit:$version"
(cd "$work/consumer" && mvn -q -B -Dmaven.repo.local="$work/m2" package dependency:copy-dependencies \
  -DoutputDirectory="$work/libraries" -DincludeScope=runtime) || fail "the consumer does not build"
class_path="$work/consumer/target/classes:$work/libraries/*"
ls "$work/libraries" | sed 's/^/consumer:   /'

consumer() { # JAVA [-JVM-OPTION]... -- ARGUMENT...
  local java=$1; shift
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  OVKIT_CACHE_DIR="$work/cache" "$java" ${options[@]+"${options[@]}"} -cp "$class_path" Consumer "$@"
}

expect() { # NAME FILE-PREFIX
  grep -q "$wanted" "$work/$2.out" || { cat "$work/$2.out" "$work/$2.err" >&2; fail "$1: no '$wanted' in the output"; }
  [ ! -s "$work/$2.err" ] || { cat "$work/$2.err" >&2; fail "$1: the JVM or ovkit warned on stderr"; }
}

arguments=("$root/ir-models/conveyor-parts.xml" "$root/ir-models/pictures/000000.jpg")
wanted=bearing
shared="$root/../shared"
if [ -d "$shared/models" ]; then
  "$root/ovkit" convert "$shared/models/v5lite-e-coco.onnx" -o "$work/ir" --labels "$shared/models/coco.names" >"$work/convert.out"
  arguments=("$work/ir/v5lite-e-coco.xml" "$shared/pictures/bus.jpg")
  wanted=person
else
  say "no shared models: the program detects with the demo model"
fi

java=${JAVA_HOME:+$JAVA_HOME/bin/}java

say "four JVMs at once on an empty cache"
pids=()
for i in 1 2 3 4; do
  consumer "$java" --enable-native-access=ALL-UNNAMED -- "${arguments[@]}" >"$work/$i.out" 2>"$work/$i.err" &
  pids+=($!)
done
for i in 1 2 3 4; do wait "${pids[$((i - 1))]}" || { cat "$work/$i.err" >&2; fail "JVM $i failed"; }; expect "JVM $i" "$i"; done
folders=$(find "$work/cache" -mindepth 1 -maxdepth 1)
[ "$(printf '%s\n' "$folders" | wc -l)" = 1 ] || fail "expected one folder in the cache, found: $folders"

say "-Xmx48m, and the second start unpacks nothing"
before=$(find "$work/cache" -type f -printf '%i %T@ %p\n' | sort)
consumer "$java" -Xmx48m --enable-native-access=ALL-UNNAMED -- "${arguments[@]}" >"$work/small.out" 2>"$work/small.err" ||
  { cat "$work/small.err" >&2; fail "-Xmx48m failed"; }
expect "-Xmx48m" small
[ "$before" = "$(find "$work/cache" -type f -printf '%i %T@ %p\n' | sort)" ] || fail "the second start wrote to the cache"

# JDK 24 and later warn about native access unless it is allowed. 17 must not warn about the option either.
tried=
for home in /usr/lib/jvm/*; do
  [ -x "$home/bin/java" ] || continue
  release=$("$home/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
  case " 17 21 25 " in *" $release "*) ;; *) continue ;; esac
  case " $tried " in *" $release "*) continue ;; esac
  tried="$tried $release"
  consumer "$home/bin/java" --enable-native-access=ALL-UNNAMED -- "${arguments[@]}" >"$work/jdk.out" 2>"$work/jdk.err" ||
    { cat "$work/jdk.err" >&2; fail "Java $release failed"; }
  expect "Java $release" jdk
done
say "no warning on Java${tried:- (none of 17, 21, 25 in /usr/lib/jvm)}"
say "passed; it printed: $(head -1 "$work/small.out")"
