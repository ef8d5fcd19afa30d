package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class JsonTest {
  @Test
  void indentsAndSeparates() {
    Json json = new Json();
    json.beginObject()
        .member("a", "x")
        .member("none", Optional.empty())
        .member("n", -1)
        .member("list", List.of("1", "2"))
        .member("empty", List.of())
        .beginArray("objects")
        .beginObject()
        .member("b", true)
        .end()
        .beginObject()
        .end()
        .end()
        .member("map", Map.of("z", "1", "y", "2"))
        .end();
    assertThat(json.toString())
        .isEqualTo(
            """
            {
              "a": "x",
              "n": -1,
              "list": [
                "1",
                "2"
              ],
              "empty": [],
              "objects": [
                {
                  "b": true
                },
                {}
              ],
              "map": {
                "y": "2",
                "z": "1"
              }
            }""");
  }

  @Test
  void readsBackAsWhatWasWritten() {
    String nasty = "\"\\/\u0000\u001b[31m\n\t\u007f\u0085\u2028\u202eä€😀\ud800";
    String text = new Json().beginObject().member("k", nasty).end().toString();
    assertThat(text.chars().filter(c -> c != '\n'))
        .noneMatch(c -> c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x202e || c == 0xd800);
    try (JsonParser parser =
        JsonFactory.builder().build().createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      parser.nextToken();
      parser.nextToken();
      assertThat(parser.getString()).isEqualTo(nasty);
    }
  }
}
