import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Enumeration;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.FallbackKey;

/** Prints every configuration option of a flink-dist jar: key, type, older keys, default; fields are separated by tabs. */
public final class DumpOptions {
    public static void main(String[] arguments) throws Exception {
        Map<String, ConfigOption<?>> options = new TreeMap<>();
        Map<String, Boolean> deprecated = new TreeMap<>();
        try (JarFile jar = new JarFile(new File(arguments[0]))) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
                String name = entries.nextElement().getName();
                boolean isOptions = name.startsWith("org/apache/flink/") && name.endsWith(".class")
                        && !name.contains("/shaded/") && !name.contains("$")
                        && (name.endsWith("Options.class") || name.endsWith("OptionsInternal.class"));
                if (!isOptions || name.endsWith("OptionsInternal.class")) {
                    continue;
                }
                try {
                    Class<?> type = Class.forName(name.substring(0, name.length() - 6).replace('/', '.'));
                    for (Field field : type.getDeclaredFields()) {
                        if (!Modifier.isStatic(field.getModifiers()) || !ConfigOption.class.isAssignableFrom(field.getType())) {
                            continue;
                        }
                        field.setAccessible(true);
                        ConfigOption<?> option = (ConfigOption<?>) field.get(null);
                        boolean old = field.isAnnotationPresent(Deprecated.class) || type.isAnnotationPresent(Deprecated.class);
                        if (!options.containsKey(option.key()) || deprecated.get(option.key()) && !old) {
                            options.put(option.key(), option);
                            deprecated.put(option.key(), old);
                        }
                    }
                } catch (Throwable problem) {
                    // Classes for connectors that are not in the jar.
                }
            }
        }
        for (ConfigOption<?> option : options.values()) {
            StringBuilder older = new StringBuilder();
            for (FallbackKey key : option.fallbackKeys()) {
                older.append(older.length() == 0 ? "" : " ").append(key.getKey());
            }
            System.out.println(option.key() + "\t" + type(option) + "\t" + older + "\t" + value(option.defaultValue())
                    + "\t" + deprecated.get(option.key()));
        }
    }

    private static String type(ConfigOption<?> option) throws Exception {
        Method type = ConfigOption.class.getDeclaredMethod("getClazz");
        Method list = ConfigOption.class.getDeclaredMethod("isList");
        type.setAccessible(true);
        list.setAccessible(true);
        Class<?> of = (Class<?>) type.invoke(option);
        String name = of.isEnum() ? "Enum" : of.getSimpleName();
        return (Boolean) list.invoke(option) ? "List<" + name + ">" : name;
    }

    private static String value(Object value) {
        if (value == null) {
            return "";
        }
        String text = value instanceof Duration ? duration((Duration) value) : String.valueOf(value);
        return text.replace('\t', ' ').replace('\n', ' ');
    }

    private static String duration(Duration value) {
        long millis = value.toMillis();
        long[] units = {86400000, 3600000, 60000, 1000};
        String[] names = {"d", "h", "min", "s"};
        for (int at = 0; at < units.length; at++) {
            if (millis != 0 && millis % units[at] == 0) {
                return millis / units[at] + " " + names[at];
            }
        }
        return millis + " ms";
    }
}
