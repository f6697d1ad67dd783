package dev.ovkit.video.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.video.decode.VideoSource.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoSourceTest {

  @ParameterizedTest
  @CsvSource({
    "rtsp://cam/a, rtsp://cam/a",
    "rtsp://u:p@cam:554/a, rtsp://u@cam:554/a",
    "rtsp://u:p@ss@cam/a, rtsp://u@cam/a",
    "rtsp://u:p/ss@cam/a, rtsp://u@cam/a",
    "rtsp://u:p?x#y@cam/a, rtsp://u@cam/a",
    "rtsp://:p@cam/a, rtsp://cam/a",
    "rtsp://u@cam/a, rtsp://u@cam/a",
    "http://cam/a?user=u&password=p&size=2, http://cam/a?user=u&password=***&size=2",
    "http://cam/a?pwd=p, http://cam/a?pwd=***",
    "https://cam/live?access_token=abc, https://cam/live?access_token=***",
  })
  void aUrlIsShownWithoutItsPassword(String url, String shown) {
    VideoSource source = VideoSource.of(url);
    assertThat(source).hasToString(shown);
    assertThat(source.location()).isEqualTo(url);
    assertThat(source.kind()).isEqualTo(Kind.CAMERA);
  }

  @Test
  void aSourceIsWhatItLooksLike(@TempDir Path folder) {
    assertThat(VideoSource.of("-").kind()).isEqualTo(Kind.STDIN);
    assertThat(VideoSource.of("-")).hasToString("standard input");
    assertThat(VideoSource.of("a.mp4").kind()).isEqualTo(Kind.FILM);
    assertThat(VideoSource.of(folder.toString()).kind()).isEqualTo(Kind.SLIDES);
    assertThat(VideoSource.of("http://host/film.mp4?x=1").kind()).isEqualTo(Kind.FILM);
    assertThat(VideoSource.of("http://host/live.m3u8").kind()).isEqualTo(Kind.CAMERA);
    assertThat(VideoSource.of("rtsp://host/film.mp4").isLive()).isTrue();
  }

  @Test
  void anUnknownSchemeIsRefused() {
    assertThatThrownBy(() -> VideoSource.of("ftp://u:p@host/a"))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "'ftp://u@host/a': cannot read ftp://; expected rtsp, rtsps, rtmp, http, https, udp, rtp or srt");
    assertThatThrownBy(() -> VideoSource.of("file:///a.mp4"))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("without file://");
  }
}
