import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.*;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.*;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.jobgraph.*;
import org.apache.flink.runtime.jobgraph.tasks.*;
import org.apache.flink.runtime.minicluster.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import java.io.*;
import java.lang.reflect.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.jar.*;

/** Gives Flink configurations to a real Flink and writes what it makes of them, one JSON object per case.
 *  usage: FlinkTruth <flink-dist.jar> <cases.json> <results.jsonl> */
public class FlinkTruth {
  static final ClassLoader CL = FlinkTruth.class.getClassLoader();
  static final Logger LOG = LoggerFactory.getLogger(FlinkTruth.class);
  static final ObjectMapper JSON = new ObjectMapper();
  static final List<Map<String, Object>> LOGS = new CopyOnWriteArrayList<>();

  static class Cap extends AbstractAppender {
    Cap() { super("cap", null, null, true, Property.EMPTY_ARRAY); }
    public void append(LogEvent e) {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("level", e.getLevel().name()); m.put("logger", e.getLoggerName().replaceAll(".*\\.", ""));
      m.put("message", e.getMessage().getFormattedMessage());
      if (!Set.of("DefaultDelegationTokenManager", "WebMonitorUtils").contains(m.get("logger")) && !LOGS.contains(m)) LOGS.add(m);
    }
  }
  interface Step { Object run() throws Throwable; }
  static Throwable root(Throwable t) {
    while (t.getCause() != null && t.getCause() != t
        && (t instanceof InvocationTargetException || t instanceof ExecutionException || t instanceof CompletionException)) t = t.getCause();
    return t;
  }
  static Map<String, Object> err(Throwable t) {
    t = root(t); Map<String, Object> m = new LinkedHashMap<>();
    m.put("class", t.getClass().getName()); m.put("message", String.valueOf(t.getMessage()));
    List<String> chain = new ArrayList<>();
    for (Throwable c = t.getCause(); c != null && chain.size() < 8; c = c.getCause()) chain.add(c.getClass().getSimpleName() + ": " + c.getMessage());
    if (!chain.isEmpty()) m.put("causes", chain);
    return m;
  }
  static void step(Map<String, Object> out, String name, Step s) {
    try { Object v = s.run(); if (v != null) out.put(name, v); } catch (Throwable t) { out.put(name, Map.of("error", err(t))); }
  }
  static Configuration conf(JsonNode n) {
    Configuration c = new Configuration();
    if (n != null) n.fields().forEachRemaining(e -> c.setString(e.getKey(), e.getValue().asText()));
    return c;
  }
  static Object get(Object o, String f) throws Exception {
    for (Class<?> k = o.getClass(); k != null; k = k.getSuperclass()) try { Field x = k.getDeclaredField(f); x.setAccessible(true); return x.get(o); } catch (NoSuchFieldException e) { }
    throw new NoSuchFieldException(f);
  }
  static Method method(Class<?> k, String name, int params) {
    for (Class<?> c = k; c != null; c = c.getSuperclass()) for (Method m : c.getDeclaredMethods()) if (m.getName().equals(name) && m.getParameterCount() == params && !m.isBridge()) { m.setAccessible(true); return m; }
    return null;
  }

  // ---------------------------------------------------------------- (a) options
  static class Opt { ConfigOption<?> o; boolean old; String cls; }
  static final Map<String, Opt> PRIMARY = new TreeMap<>(), FALLBACK = new TreeMap<>();
  static final String[] PLUGIN = {"s3.", "s3a.", "fs.s3a.", "presto.s3.", "gs.", "fs.gs.", "azure.", "fs.azure.", "fs.oss.", "flink.hadoop."};
  static void scan(String jar) throws Exception {
    try (JarFile j = new JarFile(jar)) {
      for (Enumeration<JarEntry> e = j.entries(); e.hasMoreElements();) {
        String n = e.nextElement().getName();
        if (!n.startsWith("org/apache/flink/") || !n.endsWith("Options.class") || n.contains("/shaded/") || n.contains("$")) continue;
        try {
          Class<?> k = Class.forName(n.substring(0, n.length() - 6).replace('/', '.'), true, CL);
          for (Field f : k.getDeclaredFields()) {
            if (!Modifier.isStatic(f.getModifiers()) || !ConfigOption.class.isAssignableFrom(f.getType())) continue;
            f.setAccessible(true); Opt q = new Opt(); q.o = (ConfigOption<?>) f.get(null); q.cls = k.getSimpleName();
            q.old = f.isAnnotationPresent(Deprecated.class) || k.isAnnotationPresent(Deprecated.class);
            Opt have = PRIMARY.get(q.o.key()); if (have == null || have.old && !q.old) PRIMARY.put(q.o.key(), q);
            for (FallbackKey b : q.o.fallbackKeys()) { Opt h = FALLBACK.get(b.getKey()); if (h == null || h.old && !q.old) FALLBACK.put(b.getKey(), q); }
          }
        } catch (Throwable t) { }
      }
    }
  }
  static String type(ConfigOption<?> o) throws Exception {
    Object c = method(ConfigOption.class, "getClazz", 0).invoke(o); boolean l = (Boolean) method(ConfigOption.class, "isList", 0).invoke(o);
    String s = ((Class<?>) c).getSimpleName(); return l ? "List<" + s + ">" : s;
  }
  static Object options(Configuration c) {
    List<Object> out = new ArrayList<>();
    for (String k : new TreeSet<>(c.keySet())) {
      Map<String, Object> m = new LinkedHashMap<>(); m.put("key", k); m.put("text", c.toMap().get(k));
      Opt p = PRIMARY.get(k), f = FALLBACK.get(k), q = p != null && !(p.old && f != null) ? p : f;
      if (q == null) { String st = "unknown"; for (String x : PLUGIN) if (k.startsWith(x)) st = "plugin"; m.put("status", st); out.add(m); continue; }
      m.put("status", q == p ? (p.old ? "deprecated" : "option") : "deprecated-key"); m.put("option", q.o.key()); m.put("in", q.cls);
      try { m.put("type", type(q.o)); m.put("value", String.valueOf(c.get(q.o))); } catch (Throwable t) { m.put("error", err(t)); }
      out.add(m);
    }
    return out;
  }

  // ---------------------------------------------------------------- the job
  static class Work extends KeyedProcessFunction<Long, Long, Long> {
    transient ValueState<Long> st;
    public void processElement(Long v, Context x, Collector<Long> o) throws Exception {
      if (st == null) st = getRuntimeContext().getState(new ValueStateDescriptor<>("n", Long.class));
      Long n = st.value(); st.update(n == null ? 1 : n + 1);
      x.timerService().registerProcessingTimeTimer(x.timerService().currentProcessingTime() + 3600000 + (v % 1000));
    }
  }
  static StreamExecutionEnvironment env(Configuration job) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(job);
    return env;
  }
  static JobGraph graph(StreamExecutionEnvironment env) { return graph(env, 2, 0); }
  /** Passes records on; fails so many milliseconds after the first checkpoint, however long that takes on a slow machine. */
  static class Pass implements org.apache.flink.api.common.functions.MapFunction<Long, Long>, org.apache.flink.api.common.state.CheckpointListener {
    final long failAfter; transient volatile long first;
    Pass(long failAfter) { this.failAfter = failAfter; }
    public Long map(Long x) throws Exception {
      Thread.sleep(2);
      if (failAfter > 0 && first > 0 && System.currentTimeMillis() - first > failAfter) throw new RuntimeException("on purpose");
      return x;
    }
    public void notifyCheckpointComplete(long id) { if (first == 0) first = System.currentTimeMillis(); }
  }
  /** A job with a shuffle and keyed state; it fails so many milliseconds after its first checkpoint, when that is above 0. */
  static JobGraph graph(StreamExecutionEnvironment env, int wide, long failAfter) {
    env.setParallelism(wide);
    env.fromSequence(0, Long.MAX_VALUE - 1).map(new Pass(failAfter)).returns(Long.class).keyBy(x -> x % 64).process(new Work()).uid("w").print();
    return env.getStreamGraph().getJobGraph();
  }

  // ---------------------------------------------------------------- (b) build
  static Object rocks(Object b) throws Throwable {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("incremental", method(b.getClass(), "isIncrementalCheckpointsEnabled", 0).invoke(b));
    String[] dirs = (String[]) method(b.getClass(), "getDbStoragePaths", 0).invoke(b); m.put("localdirs", dirs == null ? null : Arrays.asList(dirs));
    m.put("timers", String.valueOf(method(b.getClass(), "getPriorityQueueStateType", 0).invoke(b)));
    Object mem = method(b.getClass(), "getMemoryConfiguration", 0).invoke(b);
    for (String q : new String[] {"isUsingManagedMemory", "isUsingFixedMemoryPerSlot", "getFixedMemoryPerSlot", "getWriteBufferRatio"}) m.put(q, String.valueOf(mem.getClass().getMethod(q).invoke(mem)));
    org.rocksdb.RocksDB.loadLibrary();
    Object rc = method(b.getClass(), "createOptionsAndResourceContainer", 1).invoke(b, new Object[] {null});
    try (Closeable x = () -> ((AutoCloseable) rc).getClass()) {
      org.rocksdb.ColumnFamilyOptions cf = (org.rocksdb.ColumnFamilyOptions) method(rc.getClass(), "getColumnOptions", 0).invoke(rc);
      org.rocksdb.DBOptions db = (org.rocksdb.DBOptions) method(rc.getClass(), "getDbOptions", 0).invoke(rc);
      m.put("write_buffer_size", cf.writeBufferSize()); m.put("max_write_buffer_number", cf.maxWriteBufferNumber());
      m.put("min_write_buffer_number_to_merge", cf.minWriteBufferNumberToMerge());
      m.put("compression", cf.compressionType().name()); m.put("compression_per_level", cf.compressionPerLevel().toString());
      m.put("dynamic_level_bytes", cf.levelCompactionDynamicLevelBytes()); m.put("max_background_jobs", db.maxBackgroundJobs());
      if (cf.tableFormatConfig() instanceof org.rocksdb.BlockBasedTableConfig) {
        org.rocksdb.BlockBasedTableConfig t = (org.rocksdb.BlockBasedTableConfig) cf.tableFormatConfig();
        m.put("block_cache_size", t.blockCacheSize()); m.put("filter_policy", t.filterPolicy() == null ? "none" : t.filterPolicy().getClass().getSimpleName());
      }
    }
    return m;
  }
  static Object fields(Object o) throws Exception {
    Map<String, Object> m = new LinkedHashMap<>(); m.put("class", o.getClass().getSimpleName());
    for (Field f : o.getClass().getDeclaredFields()) if (!Modifier.isStatic(f.getModifiers())) { f.setAccessible(true); Object v = f.get(o); if (v instanceof Number || v instanceof String || v instanceof Boolean) m.put(f.getName(), v); }
    return m;
  }
  static Object build(Configuration job, Configuration cluster) {
    Map<String, Object> out = new LinkedHashMap<>();
    final Object[] h = new Object[4];
    step(out, "environment", () -> { h[0] = env(job); return null; });
    if (h[0] == null) return out;
    StreamExecutionEnvironment env = (StreamExecutionEnvironment) h[0];
    step(out, "jobgraph", () -> { h[1] = graph(env); return null; });
    final JobCheckpointingSettings s = h[1] == null ? null : ((JobGraph) h[1]).getCheckpointingSettings();
    if (s != null) step(out, "checkpointing", () -> {
      CheckpointCoordinatorConfiguration k = s.getCheckpointCoordinatorConfiguration(); Map<String, Object> m = new LinkedHashMap<>();
      long i = k.getCheckpointInterval(); m.put("periodic", i < Long.MAX_VALUE); m.put("interval_ms", i); m.put("mode", k.isExactlyOnce() ? "EXACTLY_ONCE" : "AT_LEAST_ONCE"); m.put("timeout_ms", k.getCheckpointTimeout());
      m.put("min_pause_ms", k.getMinPauseBetweenCheckpoints()); m.put("max_concurrent", k.getMaxConcurrentCheckpoints());
      m.put("unaligned", k.isUnalignedCheckpointsEnabled()); m.put("aligned_timeout_ms", k.getAlignedCheckpointTimeout());
      m.put("retention", k.getCheckpointRetentionPolicy().name()); m.put("tolerable_failures", k.getTolerableCheckpointFailureNumber()); return m;
    }); else if (h[1] != null) out.put("checkpointing", "none");
    Configuration jc = h[1] == null ? job : ((JobGraph) h[1]).getJobConfiguration();
    out.put("job_configuration_keys", new TreeSet<>(jc.keySet()));
    step(out, "backend", () -> {
      StateBackend fromApp = s == null || s.getDefaultStateBackend() == null ? null : s.getDefaultStateBackend().deserializeValue(CL);
      Method m = method(StateBackendLoader.class, "fromApplicationOrConfigOrDefault", 5);
      Object second = m.getParameterTypes()[1] == Configuration.class ? jc : (s == null ? org.apache.flink.util.TernaryBoolean.UNDEFINED : JobCheckpointingSettings.class.getMethod("isChangelogStateBackendEnabled").invoke(s));
      StateBackend b = (StateBackend) m.invoke(null, fromApp, second, cluster, CL, LOG); h[2] = b;
      Map<String, Object> r = new LinkedHashMap<>(); r.put("class", b.getClass().getSimpleName()); r.put("from_application", fromApp != null);
      Object inner = b; Method d = method(b.getClass(), "getDelegatedStateBackend", 0); if (d != null) { inner = d.invoke(b); r.put("delegate", inner.getClass().getSimpleName()); }
      if (inner.getClass().getSimpleName().contains("RocksDB")) { final Object in = inner; step(r, "rocksdb", () -> rocks(in)); }
      return r;
    });
    if (h[2] != null) step(out, "storage", () -> {
      CheckpointStorage fromApp = s == null || s.getDefaultCheckpointStorage() == null ? null : s.getDefaultCheckpointStorage().deserializeValue(CL);
      Method m = method(CheckpointStorageLoader.class, "load", 6); Object[] a = m.getParameterTypes()[1] == Path.class
          ? new Object[] {fromApp, StreamExecutionEnvironment.class.getMethod("getDefaultSavepointDirectory").invoke(env), h[2], cluster, CL, LOG} : new Object[] {fromApp, h[2], jc, cluster, CL, LOG};
      CheckpointStorage cs = (CheckpointStorage) m.invoke(null, a); h[3] = cs; Map<String, Object> r = new LinkedHashMap<>(); r.put("class", cs.getClass().getSimpleName());
      for (String g : new String[] {"getCheckpointPath", "getSavepointPath"}) { Method q = method(cs.getClass(), g, 0); if (q != null) r.put(g, String.valueOf(q.invoke(cs))); }
      step(r, "filesystem", () -> { Object p = method(cs.getClass(), "getCheckpointPath", 0) == null ? null : method(cs.getClass(), "getCheckpointPath", 0).invoke(cs); if (p == null) return "none"; return ((Path) p).getFileSystem().getClass().getSimpleName(); });
      return r;
    });
    step(out, "restart", () -> {
      Class<?> k = null; for (String q : new String[] {"org.apache.flink.runtime.executiongraph.failover.RestartBackoffTimeStrategyFactoryLoader", "org.apache.flink.runtime.executiongraph.failover.flip1.RestartBackoffTimeStrategyFactoryLoader"}) try { k = Class.forName(q); break; } catch (ClassNotFoundException e) { }
      Object rs = null; Method g = method(org.apache.flink.api.common.ExecutionConfig.class, "getRestartStrategy", 0); if (g != null) rs = g.invoke(env.getConfig());
      boolean cp = s != null && s.getCheckpointCoordinatorConfiguration().getCheckpointInterval() < Long.MAX_VALUE;
      Object f = null; for (Method m : k.getMethods()) if (m.getName().equals("createRestartBackoffTimeStrategyFactory")) f = m.getParameterCount() == 4 ? m.invoke(null, rs, jc, cluster, cp) : g != null ? m.invoke(null, rs, cluster, cp) : m.invoke(null, jc, cluster, cp);
      Method c = f.getClass().getMethod("create"); c.setAccessible(true); return fields(c.invoke(f));
    });
    step(out, "retained", () -> DefaultCompletedCheckpointStoreUtils.getMaximumNumberOfRetainedCheckpoints(cluster, LOG));
    step(out, "restore", () -> SavepointRestoreSettings.class.getMethod("fromConfiguration", ReadableConfig.class).invoke(null, cluster).toString());
    if (h[1] != null) step(out, "restore_of_job", () -> ((JobGraph) h[1]).getSavepointRestoreSettings().toString());
    step(out, "security", () -> { new org.apache.flink.runtime.security.SecurityConfiguration(cluster); return "ok"; });
    return out;
  }

  static Object ttl(long ms) throws Throwable {   // the API takes Time in 1.17, Duration later
    Class<?> k = org.apache.flink.api.common.state.StateTtlConfig.class; Object b;
    try { b = k.getMethod("newBuilder", java.time.Duration.class).invoke(null, java.time.Duration.ofMillis(ms)); }
    catch (NoSuchMethodException e) { Class<?> t = Class.forName("org.apache.flink.api.common.time.Time"); b = k.getMethod("newBuilder", t).invoke(null, t.getMethod("milliseconds", long.class).invoke(null, ms)); }
    return String.valueOf(b.getClass().getMethod("build").invoke(b));
  }
  // ---------------------------------------------------------------- (c) run
  /** How long anything is waited for. Every wait ends as soon as what it waits for is there, so that a loaded machine takes longer and says the same. */
  static final int DEADLINE_SECONDS = 600;
  static final Set<String> ROCKS_LOG = Set.of("write_buffer_size", "max_write_buffer_number", "min_write_buffer_number_to_merge", "arena_block_size", "compression", "compression[0]", "level_compaction_dynamic_level_bytes", "max_background_jobs", "max_background_flushes", "max_background_compactions", "db_write_buffer_size");
  static Object rocksLogs(java.nio.file.Path dir) throws Exception {
    Map<String, Object> m = new TreeMap<>(); List<java.nio.file.Path> fs; try (var st = Files.walk(dir)) { fs = st.filter(p -> p.getFileName().toString().endsWith("LOG")).sorted().toList(); }
    m.put("instances", fs.size()); if (fs.isEmpty()) return m; boolean cf = false;
    for (String l : Files.readAllLines(fs.get(0), java.nio.charset.StandardCharsets.ISO_8859_1)) {
      if (l.contains("Options for column family")) cf = !l.contains("[default]");   // the state's column family, not the unused default one
      var x = java.util.regex.Pattern.compile("Options\\.([a-z_\\[\\]0-9]+): *(.*)$").matcher(l);
      if (x.find()) { String k = x.group(1); if (ROCKS_LOG.contains(k) && (cf || !m.containsKey(k))) m.put(k, x.group(2).trim()); }
      var y = java.util.regex.Pattern.compile("^ *(capacity|filter_policy|cache_index_and_filter_blocks|strict_capacity_limit) ?: ?(.*)$").matcher(l);
      if (y.find() && (cf || !m.containsKey(y.group(1)))) m.put(y.group(1), y.group(2).trim());
      var z = java.util.regex.Pattern.compile("RocksDB version: (.*)$").matcher(l); if (z.find()) m.put("version", z.group(1));
    }
    return m;
  }
  static Object run(Configuration job, Configuration cluster, JsonNode opt) throws Throwable {
    Map<String, Object> out = new LinkedHashMap<>(); long t0 = System.nanoTime(); int want = opt.path("checkpoints").asInt(1); long limit = DEADLINE_SECONDS * 1000L;
    java.nio.file.Path tmp = Files.createTempDirectory("flinktruth"); Files.createDirectories(tmp.resolve("rocks")); Files.createDirectories(tmp.resolve("work"));
    for (Configuration c : new Configuration[] {job, cluster}) for (String k : new ArrayList<>(c.keySet())) { String v = c.toMap().get(k); if (v.contains("%TMP%")) c.setString(k, v.replace("%TMP%", tmp.toString())); }
    cluster.setString("rest.bind-port", "0"); cluster.setString("io.tmp.dirs", tmp.resolve("work").toString()); cluster.setString("state.backend.rocksdb.log.dir", tmp.resolve("rocks").toString()); job.setString("state.backend.rocksdb.log.dir", tmp.resolve("rocks").toString());
    if (!cluster.containsKey("taskmanager.memory.managed.size")) cluster.setString("taskmanager.memory.managed.size", "128mb");
    int wide = opt.path("parallelism").asInt(2), slots = opt.path("slots").asInt(Math.max(2, wide)); long failAfter = opt.path("fail_after_ms").asLong(0);
    JobGraph g = graph(env(job), wide, failAfter);
    try (MiniCluster mc = new MiniCluster(new MiniClusterConfiguration.Builder().setConfiguration(cluster).setNumTaskManagers(1).setNumSlotsPerTaskManager(slots).build())) {
      mc.start(); out.put("start_ms", (System.nanoTime() - t0) / 1000000); JobID id = g.getJobID(); mc.submitJob(g).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      long end = System.currentTimeMillis() + limit; CheckpointStatsSnapshot sn = null; JobStatus st = null; AccessExecutionGraph eg = null;
      while (System.currentTimeMillis() < end) {
        eg = mc.getExecutionGraph(id).get(DEADLINE_SECONDS, TimeUnit.SECONDS); st = eg.getState(); sn = eg.getCheckpointStatsSnapshot();
        if (st.isGloballyTerminalState() || failAfter == 0 && st == JobStatus.RUNNING && sn != null && sn.getCounts().getNumberOfCompletedCheckpoints() >= want) break; Thread.sleep(50);
      }
      out.put("status", String.valueOf(st)); if (eg != null && eg.getFailureInfo() != null) out.put("failure", eg.getFailureInfo().getExceptionAsString().lines().filter(l -> !l.startsWith("\tat")).limit(6).toList());
      if (sn != null) { out.put("completed", sn.getCounts().getNumberOfCompletedCheckpoints()); out.put("failed", sn.getCounts().getNumberOfFailedCheckpoints()); out.put("history", sn.getHistory().getCheckpoints().size());
        CompletedCheckpointStats l = sn.getHistory().getLatestCompletedCheckpoint(); if (l != null) { out.put("external_path", String.valueOf(l.getExternalPath()).replace(tmp.toString(), "%TMP%").replaceAll("[0-9a-f]{32}", "<job>")); out.put("duration_ms", l.getEndToEndDuration()); out.put("unaligned", l.isUnalignedCheckpoint()); out.put("persisted_type", l.getProperties().getCheckpointType().getName()); } }
      out.put("first_checkpoint_ms", (System.nanoTime() - t0) / 1000000);
      step(out, "rocksdb_log", () -> rocksLogs(tmp));
      step(out, "kept_while_running", () -> fewest(tmp));
      step(out, "files", () -> { Map<String, Object> m = new TreeMap<>(); for (File f : tmp.toFile().listFiles()) try (var w = Files.walk(f.toPath())) { m.put(f.getName(), w.filter(Files::isRegularFile).count()); } return m; });
      if (opt.path("savepoint").asBoolean()) step(out, "savepoint", () -> mc.triggerSavepoint(id, null, false, org.apache.flink.core.execution.SavepointFormatType.CANONICAL).get(DEADLINE_SECONDS, TimeUnit.SECONDS).replace(tmp.toString(), "%TMP%").replaceAll("savepoint-[0-9a-f-]+", "savepoint-<id>"));
      if (sn != null) step(out, "min_gap_ms", () -> gap(snapshotOf(mc, id)));
      if (failAfter > 0) step(out, "kept_after_failure", () -> settled(tmp));
      if (st == JobStatus.RUNNING) { mc.cancelJob(id).get(DEADLINE_SECONDS, TimeUnit.SECONDS); mc.requestJobResult(id).get(DEADLINE_SECONDS, TimeUnit.SECONDS); step(out, "kept_after_cancel", () -> settled(tmp)); }
    }
    out.put("total_ms", (System.nanoTime() - t0) / 1000000);
    try (var w = Files.walk(tmp)) { w.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete()); }
    return out;
  }
  // ---------------------------------------------------------------- (d) parts that need no job
  /** What Flink divides the memory of a worker into. */
  static Object memory(Configuration c) throws Throwable {
    for (String k : new String[] {"taskmanager.cpu.cores"}) if (!c.containsKey(k)) c.setString(k, "1");
    Object s = org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils.processSpecFromConfig(c);
    Map<String, Object> m = new LinkedHashMap<>();
    for (String g : new String[] {"getTotalProcessMemorySize", "getTotalFlinkMemorySize", "getTaskHeapSize", "getManagedMemorySize", "getNetworkMemSize", "getFrameworkHeapSize", "getTaskOffHeapSize"})
      m.put(g, ((MemorySize) method(s.getClass(), g, 0).invoke(s)).getMebiBytes());
    return m;
  }
  /** The size of the segments of network memory. */
  static Object segment(Configuration c) throws Throwable {
    Class<?> k = Class.forName("org.apache.flink.runtime.util.ConfigurationParserUtils");
    return k.getMethod("getPageSize", Configuration.class).invoke(null, c);
  }
  /** Where a JobManager would keep what another one needs to take over. */
  static Object blobs(Configuration c) throws Throwable {
    Class<?> k = Class.forName("org.apache.flink.runtime.blob.BlobUtils");
    Object store = method(k, "createBlobStoreFromConfig", 1).invoke(null, c);
    return store.getClass().getSimpleName();
  }
  /** How often a strategy lets a job restart, up to a thousand times. */
  static Object attempts(Configuration c) throws Throwable {
    Class<?> k = null; for (String q : new String[] {"org.apache.flink.runtime.executiongraph.failover.RestartBackoffTimeStrategyFactoryLoader", "org.apache.flink.runtime.executiongraph.failover.flip1.RestartBackoffTimeStrategyFactoryLoader"}) try { k = Class.forName(q); break; } catch (ClassNotFoundException e) { }
    Object f = null; Object none = null; Method g = method(org.apache.flink.api.common.ExecutionConfig.class, "getRestartStrategy", 0); if (g != null) none = g.invoke(env(c).getConfig());
    for (Method m : k.getMethods()) if (m.getName().equals("createRestartBackoffTimeStrategyFactory")) f = m.getParameterCount() == 4 ? m.invoke(null, none, c, c, true) : g != null ? m.invoke(null, none, c, true) : m.invoke(null, c, c, true);
    Method create = f.getClass().getMethod("create"); create.setAccessible(true); Object s = create.invoke(f);
    Method can = s.getClass().getMethod("canRestart"), fail = method(s.getClass(), "notifyFailure", 1); can.setAccessible(true); int n = 0;
    while (n < 1000) { fail.invoke(s, new RuntimeException("on purpose")); if (!(Boolean) can.invoke(s)) break; n++; }
    return n;
  }
  /** Single functions of Flink: `path`, `default_key_groups`, `key_groups`, `write_buffers`. */
  static Object call(JsonNode n) throws Throwable {
    Map<String, Object> m = new LinkedHashMap<>();
    if (n.has("path")) m.put("path", new Path(n.get("path").asText()).toString());
    Class<?> kg = org.apache.flink.runtime.state.KeyGroupRangeAssignment.class;
    if (n.has("default_key_groups")) m.put("default_key_groups", kg.getMethod("computeDefaultMaxParallelism", int.class).invoke(null, n.get("default_key_groups").asInt()));
    if (n.has("key_groups")) {
      int groups = n.get("key_groups").asInt(), wide = n.get("parallelism").asInt(); Set<Integer> sizes = new TreeSet<>();
      for (int i = 0; i < wide; i++) sizes.add(((KeyGroupRange) kg.getMethod("computeKeyGroupRangeForOperatorIndex", int.class, int.class, int.class).invoke(null, groups, wide, i)).getNumberOfKeyGroups());
      m.put("sizes", sizes.toString());
    }
    if (n.has("write_buffers_of_mb")) {
      Class<?> k = null; for (String q : new String[] {"org.apache.flink.contrib.streaming.state.RocksDBMemoryControllerUtils", "org.apache.flink.state.rocksdb.RocksDBMemoryControllerUtils"}) try { k = Class.forName(q); break; } catch (ClassNotFoundException e) { }
      long all = n.get("write_buffers_of_mb").asLong() << 20; Method f = method(k, "calculateWriteBufferManagerCapacity", 2);
      m.put("write_buffers_mb", ((Number) f.invoke(null, all, 0.5)).doubleValue() / (1 << 20));
    }
    return m;
  }
  static Object chk(java.nio.file.Path d) throws IOException { try (var w = Files.walk(d)) { return w.filter(p -> p.getFileName().toString().equals("_metadata")).count(); } }

  /** The checkpoints that are left. Flink deletes them on threads of its own: none, or a number that has not changed for two seconds. */
  static Object settled(java.nio.file.Path d) throws Exception {
    long seen = -1, since = System.currentTimeMillis(), end = since + 20_000;
    while (System.currentTimeMillis() < end) {
      long now; try { now = (Long) chk(d); } catch (UncheckedIOException e) { continue; }   // deleted while it was walked
      if (now != seen) { seen = now; since = System.currentTimeMillis(); }
      if (seen == 0 || System.currentTimeMillis() - since > 2_000) break;
      Thread.sleep(50);
    }
    return seen;
  }
  /** How many checkpoints are kept while the job goes on: the fewest that are seen in many looks, since a new one is there before Flink deletes the oldest on
   *  threads of its own. Looks are counted and not seconds, of which a loaded machine makes little. */
  static Object fewest(java.nio.file.Path d) throws Exception {
    long least = Long.MAX_VALUE, end = System.currentTimeMillis() + DEADLINE_SECONDS * 1000L;
    for (int looks = 0; least > 1 && looks < 200 && System.currentTimeMillis() < end; Thread.sleep(20)) {
      try { least = Math.min(least, (Long) chk(d)); looks++; } catch (UncheckedIOException e) { }   // deleted while it was walked
    }
    return least;
  }
  static CheckpointStatsSnapshot snapshotOf(MiniCluster mc, JobID id) throws Exception { return mc.getExecutionGraph(id).get(DEADLINE_SECONDS, TimeUnit.SECONDS).getCheckpointStatsSnapshot(); }
  /** The shortest time between the last acknowledgement of a checkpoint and the trigger of the next one; it does not depend on the machine's speed. */
  static Object gap(CheckpointStatsSnapshot sn) {
    List<CompletedCheckpointStats> all = new ArrayList<>();
    for (AbstractCheckpointStats c : sn.getHistory().getCheckpoints()) if (c instanceof CompletedCheckpointStats) all.add((CompletedCheckpointStats) c);
    all.sort(Comparator.comparingLong(AbstractCheckpointStats::getCheckpointId)); long least = Long.MAX_VALUE;
    for (int i = 1; i < all.size(); i++) least = Math.min(least, all.get(i).getTriggerTimestamp() - all.get(i - 1).getLatestAckTimestamp());
    return all.size() < 2 ? null : least;
  }

  public static void main(String[] a) throws Throwable {
    LoggerContext ctx = (LoggerContext) LogManager.getContext(false); Cap cap = new Cap(); cap.start();
    for (String n : new ArrayList<>(ctx.getConfiguration().getRootLogger().getAppenders().keySet())) ctx.getConfiguration().getRootLogger().removeAppender(n);
    ctx.getConfiguration().getRootLogger().addAppender(cap, Level.WARN, null); ctx.getConfiguration().getRootLogger().setLevel(Level.WARN); ctx.updateLoggers();
    long t = System.nanoTime(); scan(a[0]); long scanned = (System.nanoTime() - t) / 1000000; String version = org.apache.flink.runtime.util.EnvironmentInformation.getVersion();
    try (PrintWriter w = new PrintWriter(a[2], "UTF-8")) {
      for (JsonNode c : JSON.readTree(new File(a[1]))) {
        Map<String, Object> r = new LinkedHashMap<>(); r.put("id", c.get("id").asText()); r.put("flink", version); LOGS.clear(); long t1 = System.nanoTime();
        Set<String> stages = new HashSet<>(); c.path("stages").forEach(x -> stages.add(x.asText())); if (stages.isEmpty()) stages.addAll(List.of("options", "build"));
        JsonNode jn = c.has("job") ? c.get("job") : c.get("config"), cn = c.has("cluster") ? c.get("cluster") : c.get("config");
        if (stages.contains("options")) step(r, "options", () -> { Configuration all = conf(jn); all.addAll(conf(cn)); return options(all); });
        if (stages.contains("build")) step(r, "build", () -> build(conf(jn), conf(cn)));
        if (stages.contains("dump")) step(r, "dump", () -> { List<Object> l = new ArrayList<>(); for (Opt q : PRIMARY.values()) { Map<String, Object> m = new LinkedHashMap<>(); m.put("key", q.o.key()); m.put("type", type(q.o)); if (q.o.hasDefaultValue()) m.put("default", String.valueOf(q.o.defaultValue())); List<String> fb = new ArrayList<>(); for (FallbackKey b : q.o.fallbackKeys()) fb.add(b.getKey()); if (!fb.isEmpty()) m.put("older", fb); if (q.old) m.put("deprecated", true); l.add(m); } return l; });
        if (stages.contains("memory")) step(r, "memory", () -> memory(conf(cn)));
        if (stages.contains("segment")) step(r, "segment", () -> segment(conf(cn)));
        if (stages.contains("blobs")) step(r, "blobs", () -> blobs(conf(cn)));
        if (stages.contains("attempts")) step(r, "attempts", () -> attempts(conf(cn)));
        if (stages.contains("call")) step(r, "call", () -> call(c.path("call")));
        if (stages.contains("ttl")) step(r, "ttl", () -> ttl(c.path("ttl_ms").asLong()));
        if (stages.contains("run")) step(r, "run", () -> run(conf(jn), conf(cn), c.path("run")));
        r.put("log", new ArrayList<>(LOGS)); r.put("ms", (System.nanoTime() - t1) / 1000000); w.println(JSON.writeValueAsString(r)); w.flush();
      }
    }
    System.err.println("flink " + version + ": " + PRIMARY.size() + " options, " + FALLBACK.size() + " older keys, scanned in " + scanned + " ms");
    System.exit(0);
  }
}
