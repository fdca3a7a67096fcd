import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.runtime.KieSession;
import org.kie.api.runtime.rule.FactHandle;

/** Decides rows with the rules of Table, as told on standard input: "rows FILE", "decide", "answers FILE". */
public class DroolsRows {
    private static final int BATCH = 1000;

    /** What a row may say: the texts of the rules that fired, by the rule's place. */
    public static class Fact {
        private final TreeMap<Integer, String> fired = new TreeMap<>();

        public void say(int rule, String text) {
            fired.put(rule, text);
        }

        String answer() {
            List<String> texts = new ArrayList<>(fired.values());
            texts.removeIf(String::isEmpty);
            return String.join("; ", texts);
        }
    }

    public static double floor(double value) {
        return Math.floor(value);
    }

    public static void main(String[] arguments) throws Exception {
        KieSession session = KieBaseBuilder.createKieBaseFromModel(Table.model()).newKieSession();
        BufferedReader told = new BufferedReader(new InputStreamReader(System.in));
        List<Table.Visit> rows = Collections.emptyList();
        System.out.println("ready");
        for (String line = told.readLine(); line != null; line = told.readLine()) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "rows" -> rows = read(Path.of(words[1]));
                case "decide" -> decide(session, rows);
                default -> Files.write(Path.of(words[1]), (Iterable<String>) rows.stream().map(Fact::answer)::iterator);
            }
            System.out.println("done");
        }
    }

    private static List<Table.Visit> read(Path file) throws Exception {
        List<Table.Visit> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(Table.visit(line.split("\t", -1)));
        }
        return rows;
    }

    private static void decide(KieSession session, List<Table.Visit> rows) {
        List<FactHandle> handles = new ArrayList<>();
        for (int start = 0; start < rows.size(); start += BATCH) {
            for (Table.Visit row : rows.subList(start, Math.min(start + BATCH, rows.size()))) {
                handles.add(session.insert(row));
            }
            session.fireAllRules();
            for (FactHandle handle : handles) {
                if (session.getObject(handle) != null) {
                    session.delete(handle);
                }
            }
            handles.clear();
        }
    }
}
