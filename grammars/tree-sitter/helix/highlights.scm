; Highlighting
; Generated from the catalog by `npm run generate`; do not edit.
; Nexflow infrastructure documents, over tree-sitter-yaml.

; Scalars: any scalar is text, whatever its leaf says on top.
(block_mapping_pair
  value: (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @string))

(flow_pair
  value: (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @string))

(block_sequence_item
  (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @string))

(flow_sequence
  (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @string))

(block_scalar) @string

(escape_sequence) @string.escape

(boolean_scalar) @constant.builtin.boolean

(null_scalar) @constant.builtin

(integer_scalar) @constant.numeric.integer

(float_scalar) @constant.numeric.float

; Sizes, durations and percentages: `64mb`, `10m`, `99.9%`.
((string_scalar) @constant.numeric
  (#match? @constant.numeric "^[0-9]+(b|gb|kb|mb|B|GB|KB|MB|d|h|m|ms|s)$"))

((string_scalar) @constant.numeric
  (#match? @constant.numeric "^[0-9]+([.][0-9]+)?[%]$"))

; References to variables and secrets, and addresses.
((string_scalar) @string.special
  (#match? @string.special "[$][{]"))

((string_scalar) @string.special.symbol
  (#match? @string.special.symbol "^secret://")
  (#not-match? @string.special.symbol "[$][{]"))

((string_scalar) @string.special.url
  (#match? @string.special.url "^[A-Za-z][A-Za-z0-9+.-]*://")
  (#not-match? @string.special.url "^secret://")
  (#not-match? @string.special.url "[$][{]"))

; Enum values, at the fields that have some.
(block_mapping_pair
  key: (flow_node
    (plain_scalar
      (string_scalar) @variable.other.member))
  value: (flow_node
    (plain_scalar
      (string_scalar) @type))
  (#eq? @variable.other.member "type")
  (#any-of? @type "ClusterIP" "LoadBalancer" "NodePort" "SecureString" "String" "StringList" "aligned" "api_key" "argocd" "assume_role" "azure_blob" "basic" "bearer" "blue_green" "bool" "canary" "cassandra" "changelog" "cli" "cloudwatch" "cpu" "cpu_utilization" "custom" "datadog" "default" "docker_compose" "dynamic" "elasticsearch" "enhanced_fan_out" "external" "file" "filesystem" "fixed-delay" "gcs" "github_actions" "gitlab_ci" "gradual" "hash" "hashmap" "hdfs" "heap" "horizontal" "instance_profile" "instant" "jaeger" "kafka" "kafka_lag" "kinesis" "kubernetes" "loki" "managed_identity" "match" "memory" "mongodb" "mongodb_sink" "none" "oauth2" "otel" "otlp" "postgresql" "profile" "prometheus" "pulsar" "redis" "rocksdb" "rolling_regional" "rolling_update" "s3" "service_account" "service_principal" "set" "sse_kms" "sse_s3" "standalone" "standard" "static" "stdout" "string" "term" "tls" "token" "unaligned" "vertical" "workload_identity" "yarn" "zipkin" "zookeeper" "zset"))

(flow_pair
  key: (flow_node
    (plain_scalar
      (string_scalar) @variable.other.member))
  value: (flow_node
    (plain_scalar
      (string_scalar) @type))
  (#eq? @variable.other.member "type")
  (#any-of? @type "ClusterIP" "LoadBalancer" "NodePort" "SecureString" "String" "StringList" "aligned" "api_key" "argocd" "assume_role" "azure_blob" "basic" "bearer" "blue_green" "bool" "canary" "cassandra" "changelog" "cli" "cloudwatch" "cpu" "cpu_utilization" "custom" "datadog" "default" "docker_compose" "dynamic" "elasticsearch" "enhanced_fan_out" "external" "file" "filesystem" "fixed-delay" "gcs" "github_actions" "gitlab_ci" "gradual" "hash" "hashmap" "hdfs" "heap" "horizontal" "instance_profile" "instant" "jaeger" "kafka" "kafka_lag" "kinesis" "kubernetes" "loki" "managed_identity" "match" "memory" "mongodb" "mongodb_sink" "none" "oauth2" "otel" "otlp" "postgresql" "profile" "prometheus" "pulsar" "redis" "rocksdb" "rolling_regional" "rolling_update" "s3" "service_account" "service_principal" "set" "sse_kms" "sse_s3" "standalone" "standard" "static" "stdout" "string" "term" "tls" "token" "unaligned" "vertical" "workload_identity" "yarn" "zipkin" "zookeeper" "zset"))

(block_mapping_pair
  key: (flow_node
    (plain_scalar
      (string_scalar) @variable.other.member))
  value: (flow_node
    (plain_scalar
      (string_scalar) @constant))
  (#any-of? @variable.other.member "acks" "action" "auth_type" "auto_offset_reset" "backoff" "base_backend" "based_on" "checkpoint_mode" "cleanup_on_cancel" "compression" "concern" "consistency_level" "default_provider" "direction" "directory_selection" "effect" "encryption" "eviction" "externalized" "format" "isolation_level" "key_format" "key_provider" "level" "log_level" "mechanism" "method" "mode" "operator" "partition_by" "policy" "preference" "processing_mode" "provider" "pull_policy" "range_type" "read" "read_concern" "read_preference" "refresh_strategy" "retry_backoff" "role" "sasl_mechanism" "security_protocol" "serial" "severity" "spread_constraint" "start_offset" "starting_position" "state_backend" "strategy" "subject_name_strategy" "subscription_type" "switch_traffic_after" "trigger" "types" "value_format" "when" "write_concern")
  (#any-of? @constant "0" "1" "ALL" "AT_TIMESTAMP" "Always" "DEBUG" "ERROR" "Equal" "Exclusive" "Exists" "Failover" "GSSAPI" "INFO" "IfNotPresent" "Key_Shared" "LATEST" "LOCAL_ONE" "LOCAL_QUORUM" "LOCAL_SERIAL" "LZ4" "MONGODB-AWS" "MONGODB-X509" "NONE" "Never" "NoExecute" "NoSchedule" "ONE" "PLAIN" "PLAINTEXT" "PreferNoSchedule" "QUORUM" "READ_COMMITTED" "READ_UNCOMMITTED" "REPEATABLE_READ" "RecordNameStrategy" "SASL_PLAINTEXT" "SASL_SSL" "SCRAM-SHA-1" "SCRAM-SHA-256" "SCRAM-SHA-512" "SERIAL" "SERIALIZABLE" "SNAPPY" "SSL" "Shared" "TRIM_HORIZON" "TopicNameStrategy" "TopicRecordNameStrategy" "WARN" "ZLIB" "ZSTD" "account_key" "acknowledged" "active" "after_ack" "after_commit" "after_flush" "alert" "all" "allow" "always" "application" "approle" "at_least_once" "available" "avro" "aws" "aws_kms" "aws_parameter_store" "aws_secrets_manager" "azure_key_vault" "bidirectional" "bytes" "client_side" "constant" "critical" "date" "dc_aware" "debug" "default" "default_today" "delete" "delete_on_cancellation" "disable" "dlq" "eager" "earliest" "env" "error" "exactly_once" "exponential" "exponential_delay" "fail" "fail_fast" "failure_rate" "fifo" "fixed_delay" "full" "gcp_secret_manager" "gzip" "hashmap" "hour" "inactive" "incremental" "info" "json" "kubernetes" "last_known" "latest" "lazy" "least_used" "lfu" "linear" "linearizable" "local" "logfmt" "lru" "lz4" "majority" "managed_identity" "manual" "msgpack" "native" "nearest" "node" "none" "on_success" "opened" "parquet" "per_job" "prefer" "primary" "primaryPreferred" "protobuf" "rank" "read_committed" "read_uncommitted" "reconnect" "refresh_ahead" "region" "reopened" "require" "restart" "retain" "retain_on_cancellation" "rocksdb" "rocksdb_compaction" "round_robin" "savepoint" "scale_down" "scale_up" "score" "secondary" "secondaryPreferred" "session" "shadow" "sink" "skip" "snappy" "snapshot" "source" "standby" "string" "synchronize" "text" "throughput" "timestamp" "token" "token_aware" "unacknowledged" "vault" "verify-ca" "verify-full" "verify_health" "verify_mirror_lag" "verify_processing_rate" "warn" "warning" "write_behind" "write_through" "zone" "zstd"))

(flow_pair
  key: (flow_node
    (plain_scalar
      (string_scalar) @variable.other.member))
  value: (flow_node
    (plain_scalar
      (string_scalar) @constant))
  (#any-of? @variable.other.member "acks" "action" "auth_type" "auto_offset_reset" "backoff" "base_backend" "based_on" "checkpoint_mode" "cleanup_on_cancel" "compression" "concern" "consistency_level" "default_provider" "direction" "directory_selection" "effect" "encryption" "eviction" "externalized" "format" "isolation_level" "key_format" "key_provider" "level" "log_level" "mechanism" "method" "mode" "operator" "partition_by" "policy" "preference" "processing_mode" "provider" "pull_policy" "range_type" "read" "read_concern" "read_preference" "refresh_strategy" "retry_backoff" "role" "sasl_mechanism" "security_protocol" "serial" "severity" "spread_constraint" "start_offset" "starting_position" "state_backend" "strategy" "subject_name_strategy" "subscription_type" "switch_traffic_after" "trigger" "types" "value_format" "when" "write_concern")
  (#any-of? @constant "0" "1" "ALL" "AT_TIMESTAMP" "Always" "DEBUG" "ERROR" "Equal" "Exclusive" "Exists" "Failover" "GSSAPI" "INFO" "IfNotPresent" "Key_Shared" "LATEST" "LOCAL_ONE" "LOCAL_QUORUM" "LOCAL_SERIAL" "LZ4" "MONGODB-AWS" "MONGODB-X509" "NONE" "Never" "NoExecute" "NoSchedule" "ONE" "PLAIN" "PLAINTEXT" "PreferNoSchedule" "QUORUM" "READ_COMMITTED" "READ_UNCOMMITTED" "REPEATABLE_READ" "RecordNameStrategy" "SASL_PLAINTEXT" "SASL_SSL" "SCRAM-SHA-1" "SCRAM-SHA-256" "SCRAM-SHA-512" "SERIAL" "SERIALIZABLE" "SNAPPY" "SSL" "Shared" "TRIM_HORIZON" "TopicNameStrategy" "TopicRecordNameStrategy" "WARN" "ZLIB" "ZSTD" "account_key" "acknowledged" "active" "after_ack" "after_commit" "after_flush" "alert" "all" "allow" "always" "application" "approle" "at_least_once" "available" "avro" "aws" "aws_kms" "aws_parameter_store" "aws_secrets_manager" "azure_key_vault" "bidirectional" "bytes" "client_side" "constant" "critical" "date" "dc_aware" "debug" "default" "default_today" "delete" "delete_on_cancellation" "disable" "dlq" "eager" "earliest" "env" "error" "exactly_once" "exponential" "exponential_delay" "fail" "fail_fast" "failure_rate" "fifo" "fixed_delay" "full" "gcp_secret_manager" "gzip" "hashmap" "hour" "inactive" "incremental" "info" "json" "kubernetes" "last_known" "latest" "lazy" "least_used" "lfu" "linear" "linearizable" "local" "logfmt" "lru" "lz4" "majority" "managed_identity" "manual" "msgpack" "native" "nearest" "node" "none" "on_success" "opened" "parquet" "per_job" "prefer" "primary" "primaryPreferred" "protobuf" "rank" "read_committed" "read_uncommitted" "reconnect" "refresh_ahead" "region" "reopened" "require" "restart" "retain" "retain_on_cancellation" "rocksdb" "rocksdb_compaction" "round_robin" "savepoint" "scale_down" "scale_up" "score" "secondary" "secondaryPreferred" "session" "shadow" "sink" "skip" "snappy" "snapshot" "source" "standby" "string" "synchronize" "text" "throughput" "timestamp" "token" "token_aware" "unacknowledged" "vault" "verify-ca" "verify-full" "verify_health" "verify_mirror_lag" "verify_processing_rate" "warn" "warning" "write_behind" "write_through" "zone" "zstd"))

; Keys: a field, unless the leaf is more.
(block_mapping_pair
  key: (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @variable.other.member))

(flow_pair
  key: (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @variable.other.member))

; Sections, and the names of their entries.
(document
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node
          (plain_scalar
            (string_scalar) @keyword))
        (#any-of? @keyword "description" "environment" "extends" "version" "calendar" "checkpoints" "completions" "dead_letters" "deployment" "failover" "kafka" "lookups" "mongodb" "monitoring" "persistence" "regions" "resources" "secrets" "state_backends" "streams")))))

(document
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node
          (plain_scalar
            (string_scalar) @keyword))
        value: (block_node
          (block_mapping
            (block_mapping_pair
              key: (flow_node
                (plain_scalar
                  (string_scalar) @function)))))
        (#any-of? @keyword "checkpoints" "completions" "dead_letters" "failover" "lookups" "persistence" "regions" "resources" "secrets" "state_backends" "streams")))))

(document
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node
          (plain_scalar
            (string_scalar) @keyword))
        value: (flow_node
          (plain_scalar
            (string_scalar) @constant))
        (#any-of? @keyword "environment")
        (#any-of? @constant "base" "development" "local" "production" "production-multi-region" "staging" "test")))))

; The rest of YAML.
((comment) @comment
  (#not-match? @comment "^#\\s*nexflow:"))

((comment) @keyword.directive
  (#match? @keyword.directive "^#\\s*nexflow:"))

[
  (anchor_name)
  (alias_name)
] @label

(tag) @attribute

[
  (yaml_directive)
  (tag_directive)
  (reserved_directive)
] @keyword.directive

[
  ","
  "-"
  ":"
  ">"
  "?"
  "|"
] @punctuation.delimiter

[
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

[
  "*"
  "&"
  "---"
  "..."
] @punctuation.special
