package dev.ocifs.tests.leaks;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Executable;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Loads the product anew, with a call of {@link Steps} before each call of the JDK that can fail:
 * so every step of every operation can be failed without a hook in the product.
 *
 * <p>A step is a call that is declared to throw an IOException or an SQLException, or one that
 * takes memory outside the heap or a thread, or a call of C. Closing is none: what it fails to give
 * back is the kernel's to keep. Nothing is forced to the disk: that takes long, and nobody pulls
 * the plug here.
 */
final class WeavingLoader extends ClassLoader {
  private static final String PRODUCT = "dev.ocifs.";

  /** What uses the product: loaded anew with it, and left as it is. */
  private static final List<String> USERS =
      Stream.of(
              "Operations",
              "CheckOperations",
              "MountOperations",
              "RemoteOperations",
              "ServerOperations",
              "DeadMounts")
          .map(name -> "dev.ocifs.tests.leaks." + name)
          .toList();

  private static final ClassDesc STEPS = Steps.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc STEP =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String, ConstantDescs.CD_boolean);
  private static final MethodTypeDesc FAILS =
      MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_String);
  private static final MethodTypeDesc SQL_STEP =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);

  /** What throws an Error at most: by class, the methods that take something. */
  private static final Map<String, Set<String>> TAKING =
      Map.of(
          "java/lang/foreign/Arena", Set.of("ofShared", "ofConfined", "allocate"),
          "java/nio/ByteBuffer", Set.of("allocate", "allocateDirect"),
          "java/lang/Thread", Set.of("start"),
          "java/lang/Thread$Builder$OfPlatform", Set.of("start"),
          "java/util/concurrent/Executors", Set.of("newFixedThreadPool"),
          "java/util/concurrent/ExecutorService", Set.of("execute", "submit"));

  /** Calls of C that can fail, and the sign of the error number that they return then. */
  private static final String CALLS = PRODUCT.replace('.', '/') + "mount/internal/ffm/";

  private static final Map<String, Integer> OF_C =
      Map.of(
          CALLS + "Descriptors.open", -1,
          CALLS + "Descriptors.read", -1,
          CALLS + "Descriptors.ioctl", -1,
          CALLS + "Descriptors.awaitChange", -1,
          CALLS + "FsContext.mount", 1,
          CALLS + "MountCall.mount", 1);

  private static final int EIO = 5;

  private static final Set<String> GIVING_BACK = Set.of("close", "release");

  private final Map<String, Boolean> throwing = new ConcurrentHashMap<>();

  WeavingLoader(ClassLoader parent) {
    super(parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean product = name.startsWith(PRODUCT) && !name.startsWith("dev.ocifs.tests.");
    if (!product && USERS.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name, product);
    }
  }

  private Class<?> define(String name, boolean weave) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] woven = weave ? weave(bytes) : bytes;
      return defineClass(name, woven, 0, woven.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] weave(byte[] bytes) {
    ClassFile classes =
        ClassFile.of(
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(getParent())
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    ClassModel model = classes.parse(bytes);
    return classes.transformClass(
        model,
        (builder, element) -> {
          if (element instanceof MethodModel method) {
            String where = model.thisClass().asInternalName() + "." + method.methodName();
            builder.transformMethod(
                method, MethodTransform.transformingCode((code, e) -> instruction(where, code, e)));
          } else {
            builder.with(element);
          }
        });
  }

  private void instruction(String where, CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call) {
      String owner = call.owner().asInternalName();
      String name = call.name().stringValue();
      String type = call.type().stringValue();
      Integer sign = OF_C.get(owner + "." + name);
      if (sign != null) {
        orFailed(where, code, call, sign * EIO);
        return;
      }
      boolean io = throwing(IOException.class, owner, name, type);
      if (owner.equals("org/sqlite/JDBC") || throwing(SQLException.class, owner, name, type)) {
        code.loadConstant(where + " calling " + owner + "." + name);
        code.invokestatic(STEPS, "sqlStep", SQL_STEP);
      } else if (io || TAKING.getOrDefault(owner, Set.of()).contains(name)) {
        String step = where + " calling " + owner + "." + name;
        code.loadConstant(step).loadConstant(io ? 1 : 0).invokestatic(STEPS, "step", STEP);
      }
      if (name.equals("force") && owner.equals("java/nio/channels/FileChannel")) {
        code.pop().pop(); // the channel and whether metadata, too
        return;
      }
    }
    code.with(element);
  }

  /** Calls it, or takes its arguments away and leaves the error number as what it returns. */
  private static void orFailed(String where, CodeBuilder code, InvokeInstruction call, int errno) {
    code.loadConstant(where + " calling " + call.owner().asInternalName() + "." + call.name());
    code.invokestatic(STEPS, "fails", FAILS);
    code.ifThenElse(
        failed -> {
          for (ClassDesc argument : call.typeSymbol().parameterList().reversed()) {
            if (TypeKind.from(argument).slotSize() == 2) {
              failed.pop2();
            } else {
              failed.pop();
            }
          }
          if (call.opcode() != Opcode.INVOKESTATIC) {
            failed.pop(); // what it is called on
          }
          if (call.typeSymbol().returnType().equals(ConstantDescs.CD_long)) {
            failed.loadConstant((long) errno);
          } else {
            failed.loadConstant(errno);
          }
        },
        called -> called.with(call));
  }

  private boolean throwing(Class<?> failure, String owner, String name, String type) {
    boolean platform = owner.startsWith("java/") || owner.startsWith("com/sun/net/httpserver/");
    return platform
        && !GIVING_BACK.contains(name)
        && throwing.computeIfAbsent(
            failure.getName() + " " + owner + "." + name + type,
            key -> declared(failure, owner, name, type));
  }

  private static boolean declared(Class<?> failure, String owner, String name, String type) {
    try {
      Class<?> in = Class.forName(owner.replace('/', '.'), false, getPlatformClassLoader());
      Stream<Executable> all =
          name.equals("<init>")
              ? Stream.of(in.getDeclaredConstructors())
              : Stream.concat(Stream.of(in.getMethods()), Stream.of(in.getDeclaredMethods()));
      MethodTypeDesc due = MethodTypeDesc.ofDescriptor(type);
      return all.filter(m -> m.getName().equals(name) || name.equals("<init>"))
          .filter(m -> parameters(m).equals(due.parameterList()))
          .anyMatch(m -> Arrays.asList(m.getExceptionTypes()).contains(failure));
    } catch (ClassNotFoundException e) {
      throw new LinkageError(owner, e);
    }
  }

  private static List<ClassDesc> parameters(Executable method) {
    return Stream.of(method.getParameterTypes())
        .map(c -> c.describeConstable().orElseThrow())
        .toList();
  }
}
