//! Names of credentials: which variables and keys hold one, as far as a name can tell.

use std::{collections::HashSet, sync::LazyLock};

/// The word lists of `data/secret_names.txt`, where each is described.
#[derive(Default)]
struct Words {
    anywhere: Vec<&'static str>,
    word: HashSet<&'static str>,
    last: HashSet<&'static str>,
    address_of: HashSet<&'static str>,
    no_key_of: HashSet<&'static str>,
    qualifier: HashSet<&'static str>,
    about: HashSet<&'static str>,
    only_there: HashSet<&'static str>,
    block: HashSet<&'static str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    let mut list = "";
    for line in include_str!("../data/secret_names.txt").lines() {
        if line.starts_with('#') {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            list = name;
            continue;
        }
        let here = line.split_whitespace();
        match list {
            "anywhere" => words.anywhere.extend(here),
            "word" => words.word.extend(here),
            "last" => words.last.extend(here),
            "address-of" => words.address_of.extend(here),
            "no-key-of" => words.no_key_of.extend(here),
            "qualifier" => words.qualifier.extend(here),
            "about" => words.about.extend(here),
            "only-there" => words.only_there.extend(here),
            "block" => words.block.extend(here),
            _ => {}
        }
    }
    words
});

/// Whether the name of a variable or key says that its value is a credential.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let words = split(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let lists = &*WORDS;
    let is_qualifier = |word: &str| {
        lists.qualifier.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    while words.len() > 1 && words.last().is_some_and(|word| is_qualifier(word)) {
        words.pop();
    }
    let Some((last, before)) = words.split_last() else {
        return false;
    };
    if matches!(*last, "URL" | "URI") && before.iter().any(|word| lists.address_of.contains(word)) {
        return true;
    }
    if lists.about.contains(last) {
        return false;
    }
    if *last == "KEY" {
        // With blanks it is a phrase.
        return !name.contains(char::is_whitespace)
            && before
                .last()
                .is_some_and(|of| !lists.no_key_of.contains(of));
    }
    // The shell's working directory.
    if matches!(words.as_slice(), ["PWD" | "OLDPWD"]) {
        return false;
    }
    let joined = words.concat();
    lists.anywhere.iter().any(|part| joined.contains(part))
        || words
            .iter()
            .any(|word| lists.word.contains(word) || word.len() > 5 && word.ends_with("TOKEN"))
        || lists.last.contains(last)
}

/// Whether a field of this name means a credential at its own place only.
#[must_use]
pub fn is_common(name: &str) -> bool {
    WORDS.only_there.contains(name)
}

/// Whether a block of this name stands around credentials without being one.
#[must_use]
pub fn is_block(name: &str) -> bool {
    WORDS.block.contains(name)
}

/// The words of a name in capital letters.
fn split(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small_before = false;
    for c in name.chars() {
        if matches!(c, '_' | '-' | '.' | '/' | '"' | '\'') || c.is_whitespace() {
            words.push(String::new());
        } else {
            if c.is_uppercase() && small_before {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_uppercase());
            }
        }
        small_before = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names_of_credentials() {
        let names = "PASSWORD DB_PASS MYSQL_PWD DB_PWD REDIS_AUTH PASSPHRASE KEY_PASSPHRASE APIKEY API_KEY API_KEY_PROD \
            STRIPE_KEY_LIVE ENCRYPTION_KEY_BASE64 SSH_KEY_B64 GITHUB_PAT JWT BEARER AUTHORIZATION BASIC_AUTH COOKIE SAS_SIG DSN \
            DATABASE_URL REDIS_URL MONGO_URI JDBC_URL CONNECTION_STRING SLACK_WEBHOOK_URL KEYTAB_B64 MASTERKEY SASL_JAAS_CONFIG \
            PASS AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN GITHUB_TOKEN GH_TOKEN AZURE_STORAGE_KEY \
            AZURE_STORAGE_CONNECTION_STRING AZURE_CLIENT_SECRET DB_PASSWORD_2 VAULT_TOKEN PGPASSWORD REDISCLI_AUTH SENTRY_DSN \
            dbPassword apiKey accessKey clientSecret refresh_token x-api-key sasl.jaas.config ssl.key.password \
            ssl.keystore.key private_key PRIVATE_KEY_PEM_PASSPHRASE db-credentials JWT_SECRET AUTH_TOKEN SAS_TOKEN \
            POSTGRES_URI REDIS_PRIMARY_URL COOKIE_SECRET SMTP_PASS OTP_SEED accountKey PASSWD_OLD NPM_TOKEN authToken";
        let missed: Vec<&str> = names
            .split_whitespace()
            .filter(|name| !is_secret(name))
            .collect();
        assert!(missed.is_empty(), "{missed:?}");
    }

    #[test]
    fn names_of_other_things() {
        let names = "TOPIC KEY_COLUMN KEY KMS_KEY KMS_KEY_ID PRIMARY_KEY PARTITION_KEY MESSAGE_KEY key.serializer BUCKET S3_BUCKET \
            REGION AWS_REGION AWS_PROFILE PREFIX USERNAME DB_USER DB_HOST DB_PORT DB_NAME KAFKA_BROKERS BOOTSTRAP_SERVERS PWD \
            OLDPWD PATH HOME AUTHOR AUTH_TYPE AUTH_METHOD TOKENIZER COMPASS BYPASS_CACHE PASSTHROUGH PASS_THROUGH SIGNAL \
            KEYSPACE MONKEY TURKEY TOKEN_TTL PASSWORD_FILE SECRET_NAME PRIVATE_SUBNET SCHEMA_REGISTRY_URL S3_ENDPOINT \
            CHECKPOINT_URI KEY_PREFIX PUBLIC_KEY CACHE_KEY PASSENGER DESIGN SIGMA PATTERN PATCH COOKIE_NAME CERTIFICATE \
            MASTER_URL ENVIRONMENT PARALLELISM key_columns keys consumer_group sasl.mechanism topic.prefix";
        let alarmed: Vec<&str> = names
            .split_whitespace()
            .filter(|name| is_secret(name))
            .collect();
        assert!(alarmed.is_empty(), "{alarmed:?}");
    }
}
