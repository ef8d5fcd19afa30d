package dev.ocifs.mount.jnr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class JnrFuseBackendTest {
  /** Finds all but the jars of jnr. */
  private static final class WithoutJnr extends ClassLoader {
    WithoutJnr() {
      super(JnrFuseBackendTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("ru.serce.") || name.startsWith("jnr.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith(JnrFuseBackend.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @Test
  void withoutItsJarsItSaysWhatToDo() throws Exception {
    Class<?> found = new WithoutJnr().loadClass(JnrFuseBackend.class.getName());
    assertThat(found).isNotEqualTo(JnrFuseBackend.class);
    FuseBackend backend = (FuseBackend) found.getConstructor().newInstance();
    assertThat(backend.name()).isEqualTo("jnr");
    assertThatThrownBy(backend::check)
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("jnr-fuse is not on the class path")
        .hasMessageContaining("--backend kernel");
  }
}
