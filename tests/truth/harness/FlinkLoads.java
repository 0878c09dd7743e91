import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.runtime.checkpoint.*;
import org.apache.flink.runtime.executiongraph.*;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.*;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;

/** Loads configuration files as a Flink process does, and says what it made of each, one JSON object per case.
 *  usage: FlinkLoads <flink-dist.jar> <cases.json> <results.jsonl>
 *  A case: {"id", "folder": where its config.yaml or flink-conf.yaml is, "run": whether a job runs until a checkpoint is complete}. */
public class FlinkLoads {
  /** Options that name a folder, which a run gets below its own. */
  static final Set<String> FOLDERS = Set.of("state.checkpoints.dir", "execution.checkpointing.dir", "state.savepoints.dir", "execution.checkpointing.savepoint-dir",
      "state.backend.rocksdb.localdir", "state.backend.local-recovery.dirs", "taskmanager.state.local.root-dirs", "execution.checkpointing.local-backup.dirs",
      "process.taskmanager.working-dir", "process.working-dir", "dstl.dfs.base-path", "state.changelog.dstl.dfs.base-path");

  static Object run(Configuration loaded) throws Throwable {
    java.nio.file.Path tmp = Files.createTempDirectory("flinkloads");
    Configuration c = new Configuration();
    for (Map.Entry<String, String> e : loaded.toMap().entrySet()) {
      String k = e.getKey(), v = e.getValue();
      // What a cluster is made of is the test's; the job's part stays as it is.
      if (k.startsWith("high-availability") || k.startsWith("kubernetes.") || k.startsWith("security.") || k.startsWith("metrics.") || k.startsWith("taskmanager.memory.") || k.startsWith("jobmanager.") || k.startsWith("rest.") || k.startsWith("parallelism.")
          || k.contains("savepoint.path") || k.contains("state-recovery.path") || k.startsWith("env.")) continue;
      c.setString(k, FOLDERS.contains(k) ? (k.endsWith("localdir") || k.endsWith("dirs") || k.endsWith("working-dir") ? "" : "file://") + tmp.resolve(k) : v);
    }
    c.setString("rest.bind-port", "0"); c.setString("io.tmp.dirs", tmp.resolve("work").toString()); Files.createDirectories(tmp.resolve("work"));
    c.setString("taskmanager.memory.managed.size", "128mb"); c.setString("taskmanager.memory.network.max", "64mb");
    Map<String, Object> out = new LinkedHashMap<>();
    JobGraph g = FlinkTruth.graph(FlinkTruth.env(c), 1, 0);
    try (MiniCluster mc = new MiniCluster(new MiniClusterConfiguration.Builder().setConfiguration(c).setNumTaskManagers(1).setNumSlotsPerTaskManager(1).build())) {
      mc.start(); JobID id = g.getJobID(); mc.submitJob(g).get(30, TimeUnit.SECONDS);
      long end = System.currentTimeMillis() + 40000; AccessExecutionGraph eg = null; boolean running = false;
      while (System.currentTimeMillis() < end && !running) {
        eg = mc.getExecutionGraph(id).get(10, TimeUnit.SECONDS); running = eg.getState() == JobStatus.RUNNING;
        for (AccessExecutionVertex v : eg.getAllExecutionVertices()) running &= v.getExecutionState() == ExecutionState.RUNNING;
        if (eg.getState().isGloballyTerminalState()) break; Thread.sleep(50);
      }
      if (running) {   // 1.17 knows one kind only
        java.lang.reflect.Method typed = FlinkTruth.method(MiniCluster.class, "triggerCheckpoint", 2), plain = FlinkTruth.method(MiniCluster.class, "triggerCheckpoint", 1);
        Object done = typed != null ? typed.invoke(mc, id, CheckpointType.CONFIGURED) : plain.invoke(mc, id);
        out.put("checkpoint", ((CompletableFuture<?>) done).get(40, TimeUnit.SECONDS) != null);
      }
      eg = mc.getExecutionGraph(id).get(10, TimeUnit.SECONDS); out.put("status", eg.getState().name());
      if (eg.getFailureInfo() != null) out.put("failure", eg.getFailureInfo().getExceptionAsString().lines().filter(l -> !l.startsWith("\tat")).limit(6).toList());
      CheckpointStatsSnapshot sn = eg.getCheckpointStatsSnapshot(); CompletedCheckpointStats l = sn == null ? null : sn.getHistory().getLatestCompletedCheckpoint();
      if (l != null) { out.put("unaligned", l.isUnalignedCheckpoint()); out.put("place", String.valueOf(l.getExternalPath()).replace(tmp.toString(), "%TMP%").replaceAll("[0-9a-f]{32}", "<job>")); }
      if (eg.getState() == JobStatus.RUNNING) { mc.cancelJob(id).get(10, TimeUnit.SECONDS); mc.requestJobResult(id).get(20, TimeUnit.SECONDS); }
    }
    try (var w = Files.walk(tmp)) { w.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete()); }
    return out;
  }

  public static void main(String[] a) throws Throwable {
    LoggerContext ctx = (LoggerContext) LogManager.getContext(false);
    ctx.getConfiguration().getRootLogger().setLevel(Level.OFF); ctx.updateLoggers();
    FlinkTruth.scan(a[0]);
    ObjectMapper json = new ObjectMapper();
    try (PrintWriter w = new PrintWriter(a[2], "UTF-8")) {
      for (JsonNode c : json.readTree(new File(a[1]))) {
        Map<String, Object> r = new LinkedHashMap<>(); r.put("id", c.get("id").asText());
        final Configuration[] loaded = new Configuration[1];
        FlinkTruth.step(r, "load", () -> { loaded[0] = GlobalConfiguration.loadConfiguration(c.get("folder").asText()); return new TreeMap<>(loaded[0].toMap()); });
        if (loaded[0] != null) {
          FlinkTruth.step(r, "options", () -> FlinkTruth.options(loaded[0]));
          FlinkTruth.step(r, "build", () -> FlinkTruth.build(loaded[0].clone(), loaded[0].clone()));
          if (c.path("run").asBoolean()) FlinkTruth.step(r, "run", () -> run(loaded[0]));
        }
        w.println(json.writeValueAsString(r)); w.flush();
      }
    }
    System.exit(0);
  }
}
