package dev.ocifs.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The one error that ocifs throws for what a user can cause or mend: it says what is wrong, in
 * which image, layer and entry, by which rule, and what to do next.
 *
 * <p>Code near the fault knows the entry, code above it the layer, code above that the image: each
 * adds what it knows to the exception on its way up ({@link #entry}, {@link #layer}, {@link
 * #image}); the first to name a part wins. {@link #getMessage} is one line; control characters of
 * names are escaped. Not thread-safe while context is being added.
 */
public final class OcifsException extends IOException {

  /** What went wrong, as coarse as a caller can act on. */
  public enum Kind {
    /** The call or the command line asks for something that makes no sense. */
    USAGE,
    /** No such image, reference, layer, platform, file or directory. */
    NOT_FOUND,
    /** The image breaks a rule of its format. */
    INVALID_IMAGE,
    /** Content differs from the digest or the size that its descriptor promises. */
    MISMATCH,
    /** The image is well-formed, but needs something that ocifs does not do. */
    UNSUPPORTED,
    /** A limit against hostile images was reached; the hint names the option that raises it. */
    LIMIT,
    /** The store is damaged, of another version, full or not writable. */
    STORE,
    /** The mount point or the machine does not allow the mount. */
    MOUNT,
    /** Reading a file of the host failed. */
    IO,
    /** A registry wants other credentials, or does not grant what was asked. */
    DENIED,
    /** A registry cannot be reached, or does not answer as the protocol says: later it may. */
    REMOTE;

    /** Whether the image is to blame, and not the machine or the caller. */
    public boolean blamesImage() {
      return this == INVALID_IMAGE || this == MISMATCH || this == LIMIT;
    }
  }

  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String what;
  private int rule;
  private @Nullable String entry;
  private @Nullable String layer;
  private @Nullable String image;
  private @Nullable String hint;

  public OcifsException(Kind kind, String what) {
    this(kind, what, null);
  }

  public OcifsException(Kind kind, String what, @Nullable Throwable cause) {
    super(what, cause);
    this.kind = kind;
    this.what = what;
  }

  public Kind kind() {
    return kind;
  }

  /** The number of the rule in docs/semantics.md that the image breaks, 0 when there is none. */
  public int rule() {
    return rule;
  }

  /** What went wrong, without where and what to do; not escaped. */
  public String what() {
    return what;
  }

  /** Names the rule of docs/semantics.md. */
  public OcifsException rule(int number) {
    if (rule == 0) {
      rule = number;
    }
    return this;
  }

  /** Names the entry of the layer, as its bytes stand in the tar. */
  public OcifsException entry(byte[] path) {
    return entry(new String(path, StandardCharsets.UTF_8));
  }

  /** Names the entry of the layer. */
  public OcifsException entry(String path) {
    if (entry == null) {
      entry = path;
    }
    return this;
  }

  /** Names the layer by its digest or diffID. */
  public OcifsException layer(Digest digest) {
    if (layer == null) {
      layer = digest.toString();
    }
    return this;
  }

  /** Names the image as the user named it. */
  public OcifsException image(String reference) {
    if (image == null) {
      image = reference;
    }
    return this;
  }

  /** Says what to do next: an imperative without a full stop. */
  public OcifsException hint(String advice) {
    if (hint == null) {
      hint = advice;
    }
    return this;
  }

  /** The same error, to be thrown to somebody else, who adds what only he knows. */
  public OcifsException again() {
    OcifsException same = new OcifsException(kind, what, this);
    same.rule = rule;
    same.entry = entry;
    same.layer = layer;
    same.image = image;
    same.hint = hint;
    return same;
  }

  /** One line: where, what, the rule, and what to do next. */
  @Override
  public String getMessage() {
    StringBuilder line = new StringBuilder();
    if (image != null) {
      line.append("image ").append(image).append(": ");
    }
    if (layer != null) {
      line.append("layer ").append(layer).append(": ");
    }
    if (entry != null) {
      line.append("entry ").append(entry).append(": ");
    }
    line.append(what);
    if (rule != 0) {
      line.append(" (rule ").append(rule).append(')');
    }
    if (hint != null) {
      line.append("; ").append(hint);
    }
    return Printable.escape(line.toString());
  }
}
