package dev.ocifs.layerfs.catalog;

import java.util.Collections;
import java.util.List;

/** Every statement that the catalog runs on its tables, so that a test can ask for each plan. */
final class Sql {
  /** In what order the file came to be; the number of a step is the version it leads to. */
  static final List<List<String>> MIGRATIONS =
      List.of(
          List.of(
              """
              CREATE TABLE layers (
                id INTEGER PRIMARY KEY,
                diff_id TEXT NOT NULL UNIQUE,
                blob TEXT,
                compressed_bytes INTEGER,
                tar_bytes INTEGER,
                entries INTEGER,
                indexed_at INTEGER)""",
              "CREATE INDEX layers_unindexed ON layers (diff_id) WHERE indexed_at IS NULL",
              """
              CREATE TABLE images (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                manifest TEXT NOT NULL,
                chain_id TEXT NOT NULL,
                last_used INTEGER NOT NULL)""",
              "CREATE INDEX images_by_use ON images (last_used DESC, name)",
              """
              CREATE TABLE image_layers (
                image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                layer INTEGER NOT NULL REFERENCES layers (id),
                chain_id TEXT NOT NULL,
                PRIMARY KEY (image, position)) WITHOUT ROWID""",
              "CREATE INDEX image_layers_by_layer ON image_layers (layer)",
              """
              CREATE TABLE objects (
                key TEXT PRIMARY KEY,
                kind TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                stored_bytes INTEGER NOT NULL,
                last_used INTEGER NOT NULL,
                uses INTEGER NOT NULL) WITHOUT ROWID""",
              "CREATE INDEX objects_by_use ON objects (last_used, key)",
              """
              CREATE TABLE accesses (
                layer INTEGER NOT NULL REFERENCES layers (id) ON DELETE CASCADE,
                span INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (layer, span)) WITHOUT ROWID"""));

  static final String PUT_IMAGE =
      """
      INSERT INTO images (name, manifest, chain_id, last_used) VALUES (?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET
        manifest = excluded.manifest, chain_id = excluded.chain_id,
        last_used = max(last_used, excluded.last_used)""";
  static final String CLEAR_IMAGE_LAYERS =
      "DELETE FROM image_layers WHERE image = (SELECT id FROM images WHERE name = ?)";
  static final String PUT_IMAGE_LAYER =
      """
      INSERT INTO image_layers (image, position, layer, chain_id)
      SELECT images.id, ?, layers.id, ? FROM images, layers
      WHERE images.name = ? AND layers.diff_id = ?""";
  static final String TOUCH_IMAGE =
      "UPDATE images SET last_used = max(last_used, ?) WHERE name = ?";
  static final String FORGET_IMAGE = "DELETE FROM images WHERE name = ?";
  static final String KNOW_LAYER =
      "INSERT INTO layers (diff_id) VALUES (?) ON CONFLICT (diff_id) DO NOTHING";
  static final String PUT_LAYER =
      """
      INSERT INTO layers (diff_id, blob, compressed_bytes, tar_bytes, entries, indexed_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (diff_id) DO UPDATE SET
        blob = excluded.blob, compressed_bytes = excluded.compressed_bytes,
        tar_bytes = excluded.tar_bytes, entries = excluded.entries,
        indexed_at = excluded.indexed_at""";
  static final String FORGET_INDEX =
      "UPDATE layers SET indexed_at = NULL WHERE diff_id = ? AND indexed_at IS NOT NULL";
  static final String FORGET_UNUSED_LAYERS =
      """
      DELETE FROM layers WHERE NOT EXISTS (
        SELECT 1 FROM image_layers WHERE image_layers.layer = layers.id)""";

  /** How many rows {@link #USE_OBJECTS} has: a call of SQLite costs as much as a row or two. */
  static final int ROWS = 50;

  static final String USE_OBJECT = useObjects(1);
  static final String USE_OBJECTS = useObjects(ROWS);

  private static String useObjects(int rows) {
    return """
      INSERT INTO objects (key, kind, bytes, stored_bytes, last_used, uses)
      VALUES %s
      ON CONFLICT (key) DO UPDATE SET
        kind = excluded.kind, bytes = excluded.bytes, stored_bytes = excluded.stored_bytes,
        last_used = max(last_used, excluded.last_used), uses = uses + excluded.uses"""
        .formatted(String.join(", ", Collections.nCopies(rows, "(?, ?, ?, ?, ?, ?)")));
  }

  static final String FORGET_OBJECT = "DELETE FROM objects WHERE key = ?";
  static final String COUNT_ACCESS =
      """
      INSERT INTO accesses (layer, span, count)
      SELECT id, ?, ? FROM layers WHERE diff_id = ?
      ON CONFLICT (layer, span) DO UPDATE SET count = count + excluded.count""";

  static final String IMAGES =
      "SELECT name, manifest, chain_id, last_used FROM images ORDER BY last_used DESC, name";
  static final String IMAGE_LAYERS =
      """
      SELECT layers.diff_id FROM images
      JOIN image_layers ON image_layers.image = images.id
      JOIN layers ON layers.id = image_layers.layer
      WHERE images.name = ? ORDER BY image_layers.position""";
  static final String LAYER =
      """
      SELECT diff_id, blob, compressed_bytes, tar_bytes, entries, indexed_at FROM layers
      WHERE diff_id = ? AND indexed_at IS NOT NULL""";
  static final String INDEXED_LAYERS =
      """
      SELECT diff_id, blob, compressed_bytes, tar_bytes, entries, indexed_at FROM layers
      WHERE indexed_at IS NOT NULL""";
  static final String UNINDEXED_LAYERS =
      "SELECT diff_id FROM layers WHERE indexed_at IS NULL ORDER BY diff_id LIMIT ?";
  static final String OBJECTS_BY_USE =
      """
      SELECT key, kind, bytes, stored_bytes, last_used, uses FROM objects
      ORDER BY last_used, key LIMIT ?""";
  static final String ACCESSES =
      """
      SELECT span, count FROM accesses
      WHERE layer = (SELECT id FROM layers WHERE diff_id = ?) ORDER BY span""";

  /** A node is a layer at its place, which is what a chain ID names. */
  static final String GRAPH =
      """
      SELECT upper.chain_id, lower.chain_id FROM image_layers upper
      LEFT JOIN image_layers lower
        ON lower.image = upper.image AND lower.position = upper.position - 1""";

  static final String COUNT_IMAGES = "SELECT count(*) FROM images";
  static final String COUNT_LAYERS = "SELECT count(*) FROM layers";
  static final String COUNT_UNINDEXED = "SELECT count(*) FROM layers WHERE indexed_at IS NULL";
  static final String SUM_OBJECTS =
      "SELECT count(*), coalesce(sum(bytes), 0), coalesce(sum(stored_bytes), 0) FROM objects";

  private Sql() {}
}
