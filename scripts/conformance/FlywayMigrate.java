import java.io.FileReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;

/** Flyway's `migrate` with the flyway.conf of the current folder: its command line is not on Maven Central any more. Arguments: URL, user, password. */
public class FlywayMigrate {
  public static void main(String[] arguments) throws Exception {
    Properties file = new Properties();
    try (FileReader reader = new FileReader("flyway.conf")) {
      file.load(reader);
    }
    Map<String, String> settings = new HashMap<>();
    file.forEach((name, value) -> settings.put(String.valueOf(name), String.valueOf(value)));
    Flyway.configure().configuration(settings).dataSource(arguments[0], arguments[1], arguments[2]).load().migrate();
  }
}
