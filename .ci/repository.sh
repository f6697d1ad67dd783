# Sourced by consumer.sh and hosting.sh: a Maven repository of files, with the artifacts that `mvn package` left.
# Sets version. Wants root and fail.

version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' "$root/pom.xml")

make_repository() { # FOLDER
  local native="$root/native-config/target/ovkit-native-$version"
  put "$1" ovkit-native "$root/native-config/target/flattened.xml" "$native.jar"
  put "$1" ovkit-native "$root/native-config/target/flattened.xml" "$native-linux-x86_64.jar" linux-x86_64
  put "$1" ovkit "$root/toolkit/box/target/flattened.xml" "$root/toolkit/box/target/ovkit-$version.jar"
}

put() { # REPOSITORY ARTIFACT POM [JAR [CLASSIFIER]]
  local folder="$1/dev/ovkit/$2/$version"
  mkdir -p "$folder"
  cp "$3" "$folder/$2-$version.pom"
  [ -z "${4:-}" ] && return
  [ -f "$4" ] || fail "$4 is missing; run mvn package first"
  cp "$4" "$folder/$2-$version${5:+-$5}.jar"
}

# The repositories of a pom: the artifacts, and what Maven has fetched already.
repositories() { # FOLDER
  local local=${HOME}/.m2/repository
  cat <<XML
  <repositories>
    <repository><id>built</id><url>file://$1</url></repository>
    <repository><id>local</id><url>file://$local</url></repository>
  </repositories>
  <pluginRepositories>
    <pluginRepository><id>local</id><url>file://$local</url></pluginRepository>
  </pluginRepositories>
XML
}
