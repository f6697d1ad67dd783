#!/usr/bin/env bash
# Runs a detection in the three places where a library's own loading of native code can go wrong: on the module path,
# in a Spring Boot fat jar, and in several class loaders of one JVM. Each must print what the class path prints, on each
# installed JDK of 17 and 25, without a warning, from the artifacts as a repository would hold them.
# usage: hosting.sh, after `mvn package`
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { printf 'hosting: %s\n' "$*" >&2; exit 1; }
say() { printf 'hosting: %s\n' "$*"; }
. "$root/.ci/repository.sh"

spring_boot=4.0.7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset OVKIT_NATIVE_DIR
export OVKIT_CACHE_DIR="$work/cache"
model="$root/ir-models/conveyor-parts.xml"
picture="$root/ir-models/pictures/000000.jpg"
make_repository "$work/repository"

# ---- the JDKs

declare -A jdks=()
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  [ -x "$home/bin/javac" ] || continue
  release=$("$home/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
  case $release in 17 | 25) : "${jdks[$release]:=$home}" ;; esac
done
[ -n "${jdks[17]:-}" ] || fail "no JDK 17 in JAVA_HOME or /usr/lib/jvm; on Debian or Ubuntu: apt-get install openjdk-17-jdk-headless"
[ -n "${jdks[25]:-}" ] || say "no JDK 25: only 17 is tried"

# ---- the sources

mkdir -p "$work/src/main/java/app" "$work/module" "$work/loaders"
cat >"$work/Found.java" <<'JAVA'
package app;

import dev.ovkit.model.Detection;
import dev.ovkit.vision.Detector;
import java.nio.file.Path;
import java.util.function.Function;

/** One line for each box. */
public final class Found implements Function<String[], String> {
  @Override
  public String apply(String[] arguments) {
    StringBuilder lines = new StringBuilder();
    try (Detector detector = Detector.open(Path.of(arguments[0]))) {
      for (Detection d : detector.detect(Path.of(arguments[1]))) {
        lines.append("FOUND ").append(d.label()).append(' ').append(d.score()).append(' ').append(d.box()).append('\n');
      }
    }
    return lines.toString();
  }

  public static void main(String[] arguments) {
    System.out.print(new Found().apply(arguments));
  }
}
JAVA
cat >"$work/module/module-info.java" <<'JAVA'
module app {
  requires dev.ovkit;
}
JAVA
cat >"$work/loaders/Loaders.java" <<'JAVA'
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** CLASS-PATH MODEL PICTURE: three class loaders one after the other, each gone before the next, then three at once. */
final class Loaders {
  public static void main(String[] arguments) throws Exception {
    String[] files = {arguments[1], arguments[2]};
    for (int i = 0; i < 3; i++) {
      WeakReference<ClassLoader> gone = new WeakReference<>(detectAndStop(arguments[0], files));
      for (int wait = 0; wait < 200 && gone.get() != null; wait++) {
        System.gc();
        Thread.sleep(50);
      }
      if (gone.get() != null) {
        System.out.println("class loader " + i + " is still there");
      }
    }
    List<ClassLoader> together = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      together.add(open(arguments[0]));
      System.out.print(detect(together.get(i), files));
    }
  }

  private static ClassLoader detectAndStop(String classPath, String[] files) throws Exception {
    URLClassLoader loader = open(classPath);
    System.out.print(detect(loader, files));
    // What a program in an application server does when it stops: JavaCPP's thread would keep its classes.
    loader.loadClass("org.bytedeco.javacpp.Pointer").getMethod("interruptDeallocatorThread").invoke(null);
    loader.close();
    return loader;
  }

  @SuppressWarnings("unchecked")
  private static String detect(ClassLoader loader, String[] files) throws Exception {
    return ((Function<String[], String>) loader.loadClass("app.Found").getConstructor().newInstance()).apply(files);
  }

  private static URLClassLoader open(String classPath) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(":")) {
      urls.add(new File(entry).toURI().toURL());
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }
}
JAVA
cat >"$work/src/main/java/app/Boot.java" <<'JAVA'
package app;

import dev.ovkit.vision.Detector;
import java.nio.file.Path;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Boot {
  @Bean(destroyMethod = "close")
  Detector detector() {
    return Detector.open(Path.of(System.getProperty("model")));
  }

  @Bean
  CommandLineRunner run(Detector detector) {
    return arguments ->
        detector.detect(Path.of(System.getProperty("picture"))).forEach(
            d -> System.out.println("FOUND " + d.label() + " " + d.score() + " " + d.box()));
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Boot.class, arguments);
  }
}
JAVA
cp "$work/Found.java" "$work/src/main/java/app/"
cat >"$work/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>$spring_boot</version>
    <relativePath/>
  </parent>
  <groupId>app</groupId>
  <artifactId>app</artifactId>
  <version>1</version>
  <properties><java.version>17</java.version></properties>
$(repositories "$work/repository")
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter</artifactId>
    </dependency>
    <dependency>
      <groupId>dev.ovkit</groupId>
      <artifactId>ovkit</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-maven-plugin</artifactId>
        <configuration><mainClass>app.Boot</mainClass></configuration>
      </plugin>
      <plugin><artifactId>maven-dependency-plugin</artifactId><version>3.11.0</version></plugin>
    </plugins>
  </build>
</project>
XML

# ---- built once, by 17

say "building with Maven and Spring Boot $spring_boot"
# A local repository of its own, so that ours never shadow a later build.
(cd "$work" && JAVA_HOME="${jdks[17]}" mvn -q -B -Dmaven.repo.local="$work/m2" package dependency:copy-dependencies \
  -DoutputDirectory="$work/all" -DincludeScope=runtime) || fail "the Spring Boot program does not build"
mkdir "$work/libraries"
for jar in "$work"/all/*.jar; do
  case ${jar##*/} in spring-* | logback-* | log4j-* | slf4j-* | jul-to-slf4j-* | jakarta.* | micrometer-* | commons-logging-*) ;; *) cp "$jar" "$work/libraries/" ;; esac
done
ls "$work/libraries" | sed 's/^/hosting:   /'
for jar in "$work"/libraries/ovkit*.jar; do "${jdks[17]}/bin/jar" --describe-module --file "$jar" | head -n 1; done
javac="${jdks[17]}/bin/javac"
"$javac" -d "$work/classes" -cp "$work/libraries/*" "$work/Found.java" || fail "the program does not compile on the class path"
"$javac" -Xlint:all -Werror -d "$work/modules" -p "$work/libraries" "$work/module/module-info.java" "$work/Found.java" ||
  fail "the program does not compile on the module path"
"$javac" -d "$work/hosts" "$work/loaders/Loaders.java"

# ---- run

class_path=$work/classes$(printf ':%s' "$work"/libraries/*.jar)

run() { # NAME TIMES JAVA ARGUMENT...: what it finds must be what the class path finds, TIMES over
  local name=$1 times=$2
  shift 2
  "$@" >"$work/out" 2>"$work/err" || { cat "$work/out" "$work/err" >&2; fail "$name failed"; }
  grep '^FOUND' "$work/out" >"$work/found" || { cat "$work/out" "$work/err" >&2; fail "$name found nothing"; }
  ! grep -v '^FOUND' "$work/out" | grep 'class loader' || fail "$name: a class loader was not collected"
  [ ! -s "$work/err" ] || { cat "$work/err" >&2; fail "$name: a warning on stderr"; }
  [ -f "$work/expected" ] || cp "$work/found" "$work/expected"
  for ((i = 0; i < times; i++)); do cat "$work/expected"; done | cmp -s - "$work/found" ||
    { diff "$work/expected" "$work/found" >&2; fail "$name found something else"; }
  [ -z "$(find "$work/cache" -name '.jni-*')" ] || fail "$name left a copy of a library in the cache"
  say "$name: $(wc -l <"$work/found") boxes"
}

for release in 17 25; do
  java=${jdks[$release]:+${jdks[$release]}/bin/java}
  [ -n "$java" ] || continue
  run "class path, Java $release" 1 \
    "$java" --enable-native-access=ALL-UNNAMED -cp "$class_path" app.Found "$model" "$picture"
  run "module path, Java $release" 1 \
    "$java" --enable-native-access=dev.ovkit.nativelib,org.bytedeco.javacpp -p "$work/libraries:$work/modules" -m app/app.Found "$model" "$picture"
  run "Spring Boot fat jar, Java $release" 1 \
    "$java" --enable-native-access=ALL-UNNAMED -Dmodel="$model" -Dpicture="$picture" -jar "$work/target/app-1.jar"
  run "three class loaders in turn and three at once, Java $release" 6 \
    "$java" --enable-native-access=ALL-UNNAMED -cp "$work/hosts" Loaders "$class_path" "$model" "$picture"
done
