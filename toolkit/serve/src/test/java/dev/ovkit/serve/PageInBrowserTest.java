package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detection.KeyPoint;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec.Task;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import dev.ovkit.serve.model.ServedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page as a browser shows it. With {@code -Dovkit.screenshots=DIR} it leaves pictures of itself
 * there.
 */
class PageInBrowserTest {

  private static final Path PICTURE = ServedDemo.HOME.resolve("ir-models/pictures/000001.jpg");
  private static final String SHOTS = "ovkit.screenshots";

  /** Of the picture that answers of other tasks are given for, and its colour. */
  private static final int WIDTH = 640;

  private static final int HEIGHT = 360;
  private static final List<Integer> GROUND = List.of(0x8a, 0x8f, 0x94);

  @TempDir private static Path temp;

  private static Chromium browser;
  private static ServedDemo demo;

  @BeforeAll
  static void open() throws Exception {
    demo = new ServedDemo(); // first: the other one would be left running if this failed
    browser = Chromium.start(temp.resolve("profile"));
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
    if (demo != null) {
      demo.close();
    }
  }

  @BeforeEach
  void fresh() {
    browser.send("Fetch.disable", Map.of());
    browser.screen(1280, 900, false);
    browser.go("about:blank");
    browser.complaints();
  }

  private static void openPage() {
    browser.go(demo.server.url() + "/");
    browser.waitFor("!document.getElementById('choose').disabled");
  }

  private static void openPicture() {
    openPage();
    browser.choose("#file", PICTURE);
    browser.waitFor("document.querySelectorAll('#table tbody tr').length > 0");
  }

  /** No error, and nothing that the policy forbids. */
  private static void requireSilence() {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.evaluate("violations")).isEqualTo(List.of());
  }

  private static List<String> rows() {
    String text =
        browser.string(
            "[...document.querySelectorAll('#table tbody tr')]"
                + ".map(row => [...row.cells].map(cell => cell.innerText.trim()).join(' ')).join('\\n')");
    return text.isEmpty() ? List.of() : List.of(text.split("\n"));
  }

  private static void move(String slider, double value) {
    browser.evaluate(
        "{ const s = document.getElementById('%s'); s.value = %s; s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')); }"
            .formatted(slider, value));
  }

  private static void click(String id) {
    browser.evaluate("document.getElementById('%s').click()".formatted(id));
  }

  private static String textOf(String id) {
    return browser.string("document.getElementById('%s').textContent".formatted(id));
  }

  /** What the server itself answers, as rows of the table. */
  @SuppressWarnings("unchecked")
  private static List<String> expected(String query) throws Exception {
    Map<String, Object> answer =
        ServedDemo.ok(
            demo.post(ServedDemo.DETECT + query, "image/jpeg", Files.readAllBytes(PICTURE)));
    Map<String, Object> picture = ((List<Map<String, Object>>) answer.get("pictures")).get(0);
    List<String> rows = new ArrayList<>();
    for (Map<String, Object> one : (List<Map<String, Object>>) picture.get("detections")) {
      Map<String, Number> box = (Map<String, Number>) one.get("box");
      rows.add(
          browser.string(
              "[%s, (%s).toFixed(2), ...[%s, %s, %s, %s].map(Math.round)].join(' ')"
                  .formatted(
                      JSON.std.asString(one.get("label")),
                      one.get("score"),
                      box.get("x"),
                      box.get("y"),
                      box.get("width"),
                      box.get("height"))));
    }
    return rows;
  }

  /** Returns how often the page asked for objects. */
  private static int asked() {
    return (int) browser.evaluate("asked");
  }

  private static void shot(String name) throws IOException {
    String folder = System.getProperty(SHOTS);
    if (folder != null) {
      Files.createDirectories(Path.of(folder));
      Files.write(Path.of(folder, name + ".png"), browser.screenshot());
    }
  }

  // ---- the flow

  @Test
  void aPictureIsAnsweredAndDrawn() throws Exception {
    openPage();
    assertThat(textOf("about")).isEqualTo("detect · 512 × 288 · 6 classes");
    assertThat(browser.string("document.getElementById('confidence').value")).isEqualTo("0.65");
    openPicture();
    assertThat(rows()).isEqualTo(expected("")).isNotEmpty();
    assertThat(textOf("count")).isEqualTo("" + rows().size());
    assertThat(browser.string("document.getElementById('canvas').getAttribute('aria-label')"))
        .startsWith("000001.jpg, ")
        .contains(" by ", " pixels: " + rows().size() + " objects: ");
    assertThat(textOf("status")).startsWith(rows().size() + " objects: ");
    assertThat(textOf("stages"))
        .matches(
            " ?decode[\\d.]+ ms ?preprocess[\\d.]+ ms ?infer[\\d.]+ ms ?postprocess[\\d.]+ ms"
                + " ?transfer and waiting[\\d.]+ ms");
    // A box of the best object's colour is on the canvas.
    assertThat(
            browser.evaluate(
                """
                (() => {
                  const canvas = document.getElementById('canvas');
                  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                  const [r, g, b] = getComputedStyle(document.querySelector('#table .swatch')).backgroundColor.match(/\\d+/g).map(Number);
                  let same = 0;
                  for (let i = 0; i < data.length; i += 4) same += data[i] === r && data[i + 1] === g && data[i + 2] === b;
                  return same > 100;
                })()
                """))
        .isEqualTo(true);
    requireSilence();
  }

  @Test
  void aHigherConfidenceIsShownWithoutAskingAndALowerOneIsAsked() throws Exception {
    openPicture();
    assertThat(asked()).isEqualTo(1);
    move("confidence", 0.9);
    assertThat(rows()).isEqualTo(expected("?conf=0.90")).isNotEqualTo(expected(""));
    assertThat(textOf("count")).endsWith(" of " + expected("").size());
    move("confidence", 0.1);
    List<String> more = expected("?conf=0.10");
    browser.waitFor("document.querySelectorAll('#table tbody tr').length === " + more.size());
    assertThat(rows()).isEqualTo(more);
    assertThat(more).hasSizeGreaterThan(expected("").size());
    move("iou", 0.05);
    List<String> apart = expected("?conf=0.10&iou=0.05");
    assertThat(apart).as("a picture on which it matters").isNotEqualTo(more);
    browser.waitFor("document.querySelectorAll('#table tbody tr').length === " + apart.size());
    assertThat(rows()).isEqualTo(apart);
    assertThat(asked()).as("the first, the lower one, the overlap").isEqualTo(3);
    requireSilence();
  }

  @Test
  void classesCanBeHidden() throws Exception {
    openPicture();
    String label = rows().get(0).split(" ")[0];
    long of = rows().stream().filter(row -> row.startsWith(label + " ")).count();
    int all = rows().size();
    browser.evaluate(
        "[...document.querySelectorAll('#chips label')].find(one => one.textContent.startsWith('%s')).click()"
            .formatted(label));
    assertThat(rows()).hasSize((int) (all - of)).noneMatch(row -> row.startsWith(label + " "));
    click("tab-curl");
    String curl = textOf("curl");
    assertThat(curl)
        .startsWith("curl --data-binary '@000001.jpg' '" + demo.server.url() + "/v1/models/")
        .contains("/conveyor-parts/versions/1/detect?conf=0.65&classes=")
        .doesNotContain(label);
    String query = curl.replaceFirst(".*detect", "").replace("'", "");
    assertThat(rowsOfTable()).isEqualTo(expected(query));
    click("all-classes");
    assertThat(rowsOfTable()).hasSize(all);
    requireSilence();
  }

  /** Of a table that another tab hides, whose text is not rendered. */
  private static List<String> rowsOfTable() {
    click("tab-table");
    return rows();
  }

  @Test
  @SuppressWarnings("unchecked")
  void theJsonIsTheAnswer() throws Exception {
    openPicture();
    move("confidence", 0.9);
    browser.send("Browser.grantPermissions", Map.of("permissions", List.of("clipboardReadWrite")));
    browser.evaluate("document.getElementById('tab-table').focus()");
    browser.press("ArrowRight");
    assertThat(browser.string("document.activeElement.id")).isEqualTo("tab-json");
    Map<String, Object> shown = JSON.std.mapFrom(textOf("json"));
    assertThat(shown).containsEntry("model", "conveyor-parts").containsEntry("version", 2);
    Map<String, Object> picture = ((List<Map<String, Object>>) shown.get("pictures")).get(0);
    Map<String, Object> asked =
        ServedDemo.ok(
            demo.post(ServedDemo.DETECT + "?conf=0.9", "image/jpeg", Files.readAllBytes(PICTURE)));
    assertThat(picture.get("detections"))
        .isEqualTo(((List<Map<String, Object>>) asked.get("pictures")).get(0).get("detections"));
    browser.evaluate("document.querySelector('[data-copies=json]').focus()");
    browser.press("Enter");
    browser.waitFor("document.getElementById('status').textContent === 'Copied'");
    requireSilence();
  }

  @Test
  void theKeyboardIsEnough() throws Exception {
    openPicture();
    List<String> order = new ArrayList<>();
    browser.evaluate("document.body.focus()");
    for (int i = 0; i < 40 && !order.contains("tab-table"); i++) {
      browser.press("Tab");
      order.add(browser.string("document.activeElement.id || document.activeElement.tagName"));
    }
    assertThat(order)
        .containsSubsequence(
            "model", "choose", "webcam", "confidence", "iou", "INPUT", "tab-table");
    browser.evaluate("document.getElementById('confidence').focus()");
    browser.press("End");
    assertThat(textOf("confidence-value")).isEqualTo("0.99");
    browser.press("ArrowLeft");
    assertThat(textOf("confidence-value")).isEqualTo("0.98");
    move("confidence", 0.65);
    browser.evaluate("document.querySelector('#table tbody button').focus()");
    browser.press(" ");
    assertThat(browser.evaluate("document.querySelectorAll('tr.chosen').length")).isEqualTo(1);
    assertThat(browser.string("document.activeElement.getAttribute('aria-pressed')"))
        .isEqualTo("true");
    browser.press(" ");
    assertThat(browser.evaluate("document.querySelectorAll('tr.chosen').length")).isEqualTo(0);
    requireSilence();
  }

  @Test
  void theModelCanBeChosen() throws Exception {
    try (ServedDemo several =
        new ServedDemo(
            ServerOptions.defaults(),
            ServedModel.of("first", ServedDemo.IR),
            version("second", "2"),
            version("second", "10"))) {
      browser.go(several.server.url() + "/");
      browser.waitFor("!document.getElementById('choose').disabled");
      assertThat(browser.string("document.getElementById('model').innerText.trim()"))
          .isEqualTo("first\nsecond, version 10\nsecond, version 2");
      browser.choose("#file", PICTURE);
      browser.waitFor("document.querySelectorAll('#table tbody tr').length > 0");
      click("tab-json");
      browser.waitFor(
          "document.getElementById('json').textContent.includes('\"model\": \"first\"')");
      move("confidence", 0.9);
      browser.evaluate(
          "{ const s = document.getElementById('model'); s.selectedIndex = 2; s.dispatchEvent(new Event('change')); }");
      browser.waitFor(
          "document.getElementById('json').textContent.includes('\"model\": \"second\"')");
      assertThat(textOf("json")).contains("\"model_version\": \"2\"");
      assertThat(textOf("confidence-value")).as("the model's own").isEqualTo("0.65");
      requireSilence();
    }
  }

  private static ServedModel version(String name, String version) {
    return new ServedModel(name, version, ServedDemo.IR, ServedModel.of(ServedDemo.IR).options());
  }

  @Test
  void aPictureCanBeDroppedOrPasted() throws Exception {
    openPage();
    for (String kind : List.of("drop", "paste")) {
      browser.evaluate(
          """
          (async () => {
            const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
            canvas.getContext('2d').fillRect(0, 0, 300, 200);
            const blob = await new Promise(done => canvas.toBlob(done, 'image/png'));
            const transfer = new DataTransfer();
            transfer.items.add(new File([blob], '%1$s.png', { type: 'image/png' }));
            dispatchEvent('%1$s' === 'drop'
              ? new DragEvent('drop', { dataTransfer: transfer, cancelable: true })
              : new ClipboardEvent('paste', { clipboardData: transfer, cancelable: true }));
          })()
          """
              .formatted(kind));
      browser.waitFor(
          "document.getElementById('canvas').getAttribute('aria-label') === '%s.png, 300 by 200 pixels: no objects'"
              .formatted(kind));
      assertThat(textOf("none")).isEqualTo("Nothing was found with this confidence.");
    }
    requireSilence();
  }

  @Test
  void theWebcamIsAnsweredFrameByFrame() throws Exception {
    openPage();
    click("webcam");
    browser.waitFor("document.getElementById('name').textContent.startsWith('webcam, ')");
    browser.waitFor("asked > 3");
    click("webcam");
    assertThat(textOf("status")).isEqualTo("The webcam is off");
    assertThat(textOf("webcam")).isEqualTo("Use the webcam");
    browser.choose("#file", PICTURE);
    browser.waitFor("document.getElementById('name').textContent === '000001.jpg'");
    requireSilence();
  }

  @Test
  void whatIsNoPictureIsSaid() throws Exception {
    openPage();
    Path text = Files.writeString(temp.resolve("note.jpg"), "not a picture");
    browser.choose("#file", text);
    browser.waitFor("!document.getElementById('problem').hidden");
    assertThat(textOf("problem-text")).contains("not a picture; expected a JPEG", "(400)");
    assertThat(browser.complaints())
        .singleElement()
        .asString()
        .contains("the server responded with a status of 400");
    browser.choose("#file", PICTURE);
    browser.waitFor("document.getElementById('problem').hidden");
    browser.waitFor("document.querySelectorAll('#table tbody tr').length > 0");
    requireSilence();
  }

  @Test
  void aTokenIsAskedForAndKeptInMemoryOnly() throws Exception {
    Path tokens = Files.writeString(temp.resolve("tokens.txt"), "first=0123456789abcdef\n");
    try (ServedDemo safe = new ServedDemo(ServerOptions.defaults().withTokens(tokens))) {
      browser.go(safe.server.url() + "/");
      browser.waitFor("document.activeElement.id === 'token'");
      axe("the form for the token");
      enterToken("fedcba9876543210");
      browser.waitFor("!document.getElementById('problem').hidden");
      assertThat(textOf("problem-text")).isEqualTo("The server does not accept this token.");
      enterToken("0123456789abcdef");
      browser.waitFor("!document.getElementById('choose').disabled");
      assertThat(browser.evaluate("document.getElementById('access').hidden")).isEqualTo(true);
      browser.choose("#file", PICTURE);
      browser.waitFor("document.querySelectorAll('#table tbody tr').length > 0");
      click("tab-curl");
      assertThat(textOf("curl")).contains("Bearer $TOKEN").doesNotContain("0123456789");
      assertThat(
              browser.string(
                  "localStorage.length + sessionStorage.length + document.cookie"
                      + " + document.getElementById('token').value + location.href"))
          .isEqualTo("0" + safe.server.url() + "/");
      browser.go("about:blank");
      browser.go(safe.server.url() + "/");
      browser.waitFor("!document.getElementById('access').hidden");
    }
    assertThat(browser.complaints()).allMatch(one -> one.contains("a status of 401"));
  }

  private static void enterToken(String token) {
    browser.evaluate(
        "document.getElementById('token').value = '%s'; document.getElementById('token').focus()"
            .formatted(token));
    browser.press("Enter");
  }

  /** The control: the same page complains when there is something to complain of. */
  @Test
  void theTestSeesErrorsAndWhatThePolicyForbids() throws Exception {
    openPage();
    browser.evaluate("setTimeout(() => { throw new Error('here'); })");
    browser.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = 1' }))");
    browser.evaluate("document.body.setAttribute('style', 'color: red')");
    browser.evaluate("document.getElementById('choose').removeAttribute('id')");
    browser.evaluate("fetch('http://127.0.0.1:1/').catch(() => {})");
    browser.waitFor("violations.length >= 3");
    assertThat(browser.evaluate("window.ran === undefined")).isEqualTo(true);
    assertThat(browser.evaluate("violations").toString())
        .contains("script-src-elem inline", "style-src-attr inline", "connect-src");
    assertThat(browser.complaints().toString()).contains("thrown: ", "here");
  }

  // ---- tasks

  /** Answers of other tasks, in the server's own form, on a picture of one colour. */
  private static void answerInstead(Task task, List<Detection> objects) throws IOException {
    Detections found =
        new Detections(task, WIDTH, HEIGHT, objects, objects.size(), 0, Detections.Timings.NONE);
    Map<String, Object> answer =
        DetectionsJson.of(
            Path.of("other"), "CPU", List.of(DetectionsJson.picture(Path.of("picture"), found)));
    Map<String, Object> model =
        Map.of(
            "name",
            "other",
            "version",
            "1",
            "ready",
            true,
            "task",
            task.word(),
            "input",
            Map.of("width", 640, "height", 640),
            "labels",
            List.of("person", "bicycle", "a <b>bold</b> name"),
            "heads",
            List.of(),
            "conf",
            0.25,
            "iou",
            0.45,
            "licence",
            "AGPL-3.0");
    browser.answerInstead(
        Map.of(
            "/v1/models", JSON.std.asString(Map.of("models", List.of(model))),
            "/detect", JSON.std.asString(answer)));
    openPage();
    Path file = temp.resolve("field.png");
    if (Files.notExists(file)) {
      byte[] png =
          Base64.getDecoder()
              .decode(
                  browser.string(
                      """
                      (() => {
                        const canvas = Object.assign(document.createElement('canvas'), { width: %d, height: %d });
                        const context = canvas.getContext('2d');
                        context.fillStyle = '#8a8f94';
                        context.fillRect(0, 0, canvas.width, canvas.height);
                        return canvas.toDataURL('image/png').split(',')[1];
                      })()
                      """
                          .formatted(WIDTH, HEIGHT)));
      Files.write(file, png);
    }
    browser.choose("#file", file);
    browser.waitFor("document.querySelectorAll('#table tbody tr').length > 0");
    axe(task.word());
    shot("task-" + task.word());
    requireSilence();
  }

  private static String heading() {
    return browser.string(
        "[...document.querySelectorAll('#table thead th')].map(cell => cell.innerText).join(' ')");
  }

  /** Returns the colour of the canvas at a place of the picture, as red, green, blue. */
  private static List<?> colourAt(double x, double y) {
    return (List<?>)
        browser.evaluate(
            """
            (() => {
              const canvas = document.getElementById('canvas');
              const scale = canvas.width / %d;
              return [...canvas.getContext('2d').getImageData(%s * scale, %s * scale, 1, 1).data].slice(0, 3);
            })()
            """
                .formatted(WIDTH, x, y));
  }

  @Test
  void masksAreDrawn() throws Exception {
    byte[] pixels = new byte[200 * 200];
    for (int i = 0; i < pixels.length; i++) {
      double x = i % 200 - 99.5;
      double y = i / 200 - 99.5;
      pixels[i] = (byte) (x * x + y * y < 95 * 95 && x * x + y * y > 50 * 50 ? 1 : 0);
    }
    Mask ring = Mask.of(WIDTH, HEIGHT, 100, 80, 200, 200, pixels);
    answerInstead(
        Task.SEGMENT,
        List.of(
            new Detection("person", 0, 0.91f, new Box(100, 80, 200, 200)).withMask(ring),
            new Detection("a <b>bold</b> name", 2, 0.5f, new Box(400, 100, 150, 100))
                .withMask(Mask.of(WIDTH, HEIGHT, 400, 100, 150, 100, ones(150 * 100)))));
    assertThat(heading()).isEqualTo("class score x y width height");
    assertThat(rows())
        .containsExactly("person 0.91 100 80 200 200", "a <b>bold</b> name 0.50 400 100 150 100");
    assertThat(colourAt(200, 180)).as("the hole").isEqualTo(GROUND);
    assertThat(colourAt(125, 180)).as("the ring").isNotEqualTo(GROUND);
    assertThat(colourAt(90, 180)).as("outside").isEqualTo(GROUND);
    // Every pixel as Java decodes it.
    Random random = new Random(7);
    byte[] noise = new byte[37 * 23];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) (random.nextInt(4) == 0 ? 0 : 1);
    }
    Mask wild = Mask.of(37, 23, 0, 0, 37, 23, noise);
    assertThat(
            browser.evaluate(
                """
                import('./page/masks.js').then(({ paint }) => {
                  const image = { width: 37, height: 23, data: new Uint8ClampedArray(37 * 23 * 4) };
                  paint({ size: [23, 37], counts: %s }, image, 1, [1, 2, 3, 4]);
                  return [...image.data].filter((_, i) => i %% 4 === 3).map(alpha => alpha / 4).join('');
                })
                """
                    .formatted(JSON.std.asString(wild.compressed()))))
        .isEqualTo(joined(wild.pixels()));
  }

  private static byte[] ones(int count) {
    byte[] pixels = new byte[count];
    Arrays.fill(pixels, (byte) 1);
    return pixels;
  }

  private static String joined(byte[] pixels) {
    StringBuilder text = new StringBuilder();
    for (byte pixel : pixels) {
      text.append(pixel);
    }
    return text.toString();
  }

  @Test
  void posesAreDrawn() throws Exception {
    float[] xs = {0, -6, 6, -14, 14, -40, 40, -60, 60, -70, 70, -25, 25, -28, 28, -30, 30};
    float[] ys = {0, -6, -6, -2, -2, 40, 40, 85, 85, 125, 125, 130, 130, 190, 190, 240, 240};
    List<KeyPoint> points = new ArrayList<>();
    for (int i = 0; i < xs.length; i++) {
      points.add(new KeyPoint(300 + xs[i], 70 + ys[i], i < 13 ? 0.9f : 0.2f));
    }
    answerInstead(
        Task.POSE,
        List.of(
            new Detection("person", 0, 0.88f, new Box(220, 50, 160, 280)).withKeyPoints(points)));
    assertThat(heading()).isEqualTo("class score x y width height points");
    assertThat(rows()).containsExactly("person 0.88 220 50 160 280 13 of 17");
    assertThat(colourAt(300, 110)).as("between the shoulders").isNotEqualTo(GROUND);
    assertThat(colourAt(272, 230)).as("a leg that is not sure").isEqualTo(GROUND);
  }

  @Test
  void rotatedBoxesAreDrawn() throws Exception {
    RotatedBox turned = new RotatedBox(300, 180, 200, 80, (float) (Math.PI / 6));
    answerInstead(
        Task.OBB, List.of(new Detection("bicycle", 1, 0.77f, turned.bounds()).withRotated(turned)));
    assertThat(heading()).isEqualTo("class score x y sides angle");
    assertThat(rows()).containsExactly("bicycle 0.77 300 180 200 × 80 30°");
    double[] corners = turned.corners();
    assertThat(colourAt((corners[0] + corners[6]) / 2, (corners[1] + corners[7]) / 2))
        .as("a short side")
        .isNotEqualTo(GROUND);
    Box upright = turned.bounds();
    assertThat(colourAt(upright.x() + upright.width() - 1, upright.y() + 4))
        .as("a corner of the upright box")
        .isEqualTo(GROUND);
  }

  @Test
  void classesOfAWholePictureAreListed() throws Exception {
    Box whole = new Box(0, 0, WIDTH, HEIGHT);
    answerInstead(
        Task.CLASSIFY,
        List.of(
            new Detection("bicycle", 1, 0.8f, whole), new Detection("person", 0, 0.15f, whole)));
    assertThat(textOf("about")).isEqualTo("classify · 640 × 640 · 3 classes · licence: AGPL-3.0");
    assertThat(heading()).isEqualTo("class probability");
    assertThat(rows()).containsExactly("bicycle 0.80");
    assertThat(browser.evaluate("document.getElementById('overlap').hidden")).isEqualTo(true);
    assertThat(browser.evaluate("document.getElementById('classes').hidden")).isEqualTo(true);
    assertThat(textOf("status")).isEqualTo("bicycle 80 %");
  }

  // ---- accessibility

  /** In both schemes, on a screen and on a phone, empty and with each form of the results. */
  @Test
  void axeFindsNothing() throws Exception {
    for (boolean dark : new boolean[] {false, true}) {
      for (int width : new int[] {1280, 390}) {
        String where = (dark ? "dark" : "light") + "-" + width;
        browser.screen(width, width < 600 ? 844 : 900, dark);
        openPage();
        axe(where + ", empty");
        shot(where + "-empty");
        openPicture();
        for (String tab : List.of("table", "json", "curl")) {
          click("tab-" + tab);
          axe(where + ", " + tab);
          shot(where + "-" + tab);
        }
        click("tab-table");
        browser.evaluate("document.querySelector('#table tbody button').click()");
        browser.evaluate("document.querySelector('#chips label').click()");
        axe(where + ", chosen");
        shot(where + "-chosen");
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
            .as(where + ": nothing is wider than the screen")
            .isEqualTo(true);
        requireSilence();
      }
    }
    browser.evaluate("document.getElementById('about').style.color = '#333'");
    browser.evaluate("document.querySelector('label').remove()");
    assertThat(violations()).as("the control").contains("color-contrast", "select-name");
  }

  private static void axe(String where) throws IOException {
    assertThat(violations()).as(where).isEqualTo("[]");
  }

  private static String violations() throws IOException {
    try (InputStream in = Chromium.class.getResourceAsStream("/axe.min.js")) {
      browser.evaluate(
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8) + "; 1");
    }
    return browser.string(
        """
        axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(found => JSON.stringify(
          found.violations.map(one => [one.id, one.nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary)])))
        """);
  }
}
