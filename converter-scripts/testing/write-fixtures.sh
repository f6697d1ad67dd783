#!/usr/bin/env bash
# Lets a build of ovkit write one of everything that later versions must still read: IRs of every layout and option, their
# manifests, profiles, a baseline, and the signed parts of a bundle; and what that build answers.
#
#   converter-scripts/testing/write-fixtures.sh CHECKOUT FOLDER
#
# CHECKOUT has the build; FOLDER is new, such as toolkit/box/src/test/resources/written-by/COMMIT. ZOO_PYTHON is a Python
# with the packages of requirements/zoo.txt. Needs a network the first time (mo, ovc). Takes five minutes.
set -euo pipefail

checkout=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
python=${ZOO_PYTHON:-python3}
[ ! -e "$2" ] || { echo "$2 exists" >&2; exit 2; }
mkdir -p "$2"/{onnx,ir,answers,bundle}
cd "$2"
folder=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ovkit() { "$checkout/ovkit" "$@"; }

# A picture that the project rendered, small enough to be kept once more.
cat >"$work/Shrink.java" <<'JAVA'
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import javax.imageio.ImageIO;

class Shrink {
  public static void main(String[] files) throws Exception {
    BufferedImage small = new BufferedImage(160, 90, BufferedImage.TYPE_INT_RGB);
    var graphics = small.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(ImageIO.read(new File(files[0])), 0, 0, 160, 90, null);
    ImageIO.write(small, "png", new File(files[1]));
  }
}
JAVA
java -Djava.awt.headless=true "$work/Shrink.java" "$checkout/ir-models/pictures/000000.jpg" parts.png
printf '%s\n' 'naïve, 50 %' 'a<b & "c"' $'日本語 +1' >labels.txt

"$python" "$here/tiny_detectors.py" --out onnx >/dev/null

make() { # NAME ONNX OPTION...: one IR, and what it answers
  local name=$1 onnx=$2
  shift 2
  ovkit convert "onnx/$onnx.onnx" -o ir -n "$name" "$@" >/dev/null
}
boxes='
import json, sys
boxes = json.load(sys.stdin)["pictures"][0]["detections"]
print("[" + ",\n".join(json.dumps(box, ensure_ascii=False) for box in boxes) + "]")
'
answer() { # NAME: without suppression, whose order is no part of a file; boxes that say something of this layout
  ovkit infer --ir "ir/$1.xml" --image parts.png --no-profile --iou 1 --conf 0.8 --json |
    "$python" -c "$boxes" >"answers/$1.json"
}

# The raw heads of YOLOv5: weights, preprocessing, labels, back ends.
make heads            yolov5-maps
make heads-fp32       yolov5-maps --data-type FP32 --no-rewrite
make heads-int8       yolov5-maps --data-type INT8 --images "$checkout/ir-models/pictures"
make heads-normalised yolov5-maps --no-reverse-input-channels --mean 123.7,116.3,103.5 --scale-values 58.4,57.1,57.4
make heads-stretched  yolov5-maps --letterbox stretch --labels labels.txt
make heads-turned     yolov5-rows --output Conv_41,Conv_11,Conv_26
make heads-ovc        yolov5-maps --backend ovc
make heads-mo         yolov5-maps --backend mo --data-type FP32
ONEDNN_MAX_CPU_ISA=AVX2 make heads-avx2 yolov5-maps --target-cpu avx2
(cd onnx && ovkit mo --input_model yolov5-maps.onnx --model_name heads-mo-line --output Conv_11,Conv_14,Conv_17 --output_dir ../ir >/dev/null)
# Other layouts of the same detector.
make maps             yolov5-maps --output none
make columns          yolov5-maps --output columns
make lazy             yolov5-rows --heads lazy
make rows-decoded     yolov5-rows --output none
make rows-sigmoid     yolov5-sigmoid --output none
# YOLOX, YOLOv8, and what is no detector.
make yolox            yolox-raw
make yolox-logits     yolox-logits --labels labels.txt
make yolox-decoded    yolox-decoded --data-type FP32
make yolov8           yolov8
for xml in ir/*.xml; do answer "$(basename "$xml" .xml)"; done
make classifier       classifier

# The project's own model, with suppression and its own thresholds.
ovkit infer --ir "$checkout/ir-models/conveyor-parts.xml" --image "$checkout/ir-models/pictures/000000.jpg" --json --no-profile |
  "$python" -c "$boxes" >answers/conveyor-parts.json

# Profiles and a baseline.
ovkit tune --ir ir/heads.xml --budget 60s >/dev/null
ovkit tune --ir ir/heads.xml --budget 60s --target throughput >/dev/null
# One that holds all that a profile can, which tune finds on no single machine.
cat >"$work/Full.java" <<'JAVA'
import dev.ovkit.CompileOptions;
import dev.ovkit.model.InputSize;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

class Full {
  public static void main(String[] files) {
    Path ir = Path.of(files[0]);
    Tuning all = new Tuning(CompileOptions.Hint.THROUGHPUT, OptionalInt.of(2), OptionalInt.of(4), OptionalInt.of(3),
        Optional.of(true), Optional.of(false), CompileOptions.Precision.BF16, Optional.of(new InputSize(128, 96)), true);
    Profile.here(ir).withEntry(new Profile.Entry(all, Optional.of(new Profile.Gain(0.75, 0.5, 0.875)))).write(ir);
  }
}
JAVA
java -cp "$checkout/src/target/app/*" "$work/Full.java" ir/heads-fp32.xml
ovkit bench --ir ir/heads-fp32.xml --images parts.png --seconds 1 --no-profile --json >baseline.json 2>/dev/null

# A bundle of this machine: its manifest and signature, keys with a rotation, its golden pictures, the state of a box.
ovkit keygen --out bundle/first >/dev/null
ovkit keygen --out bundle/second --replaces bundle/first.key >/dev/null
pack() { # VERSION KEY OPTION...
  ovkit package --ir ir/heads.xml --golden parts.png --name parts --release "$1" --key "bundle/$2.key" -o "$work/$1" "${@:3}" >/dev/null
}
pack 1.0.0 first
pack 1.1.0 second --rotation bundle/second.rotation
mkdir -p "$work/box/trusted"
cp bundle/first.pub "$work/box/trusted/"
for version in 1.0.0 1.1.0; do
  ovkit install "$work/$version" --root "$work/box" >/dev/null
  mkdir -p "bundle/$version"
  cp -r "$work/$version"/{manifest.json,manifest.sig,golden} "bundle/$version/"
done
rm -r bundle/1.0.0/golden # the same as 1.1.0's
mkdir bundle/box
cp -r "$work/box"/{state.json,trusted,retired} bundle/box/
du -sh "$folder"
