# What the scripts share that run programs of toolkit/video's tests. They source it; it is not run.
#
# Expects root. Sets natives and videos (the native libraries) and program, and builds what is older than its sources.

fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

natives="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}"
videos="${OVKIT_VIDEO_DIR:-$root/toolkit/video/target/native/linux-x86_64}"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"

list="$root/toolkit/video/target/test-classpath"
if [ ! -e "$list" ] || [ -n "$(find "$root"/{pom.xml,toolkit/{box,video},native-config/src} -path '*/target' -prune -o -name '*.[cjpx]*' -type f -newer "$list" -print -quit)" ]; then
  echo "${0##*/}: building" >&2
  (cd "$root" && mvn -q -B -Dstyle.color=never -DskipTests -Dspotless.check.skip -pl toolkit/video -am package \
    dependency:build-classpath -Dmdep.outputFile=target/test-classpath -Dmdep.includeScope=test >&2) ||
    fail "the build failed; its messages are above"
  touch "$list"
fi

program() { # CLASS ARGUMENT...
  "$java" -Xmx256m --enable-native-access=ALL-UNNAMED -XX:-CreateCoredumpOnCrash -Dovkit.native.dir="$natives" \
    -Dovkit.video.dir="$videos" ${jvm[@]+"${jvm[@]}"} \
    -cp "$root/toolkit/video/target/test-classes:$root/toolkit/video/target/classes:$(cat "$list")" "$@"
}
