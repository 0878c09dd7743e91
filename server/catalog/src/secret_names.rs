//! Names of credentials: which variables and keys hold one, as far as a name can tell.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// The lists of `data/secret_names.txt`, where each is described.
#[derive(Clone, Copy)]
enum List {
    Anywhere,
    Word,
    Last,
    AddressOf,
    NoKeyOf,
    Qualifier,
    About,
    OnlyThere,
    Block,
}

impl List {
    fn named(name: &str) -> Option<List> {
        Some(match name {
            "anywhere" => List::Anywhere,
            "word" => List::Word,
            "last" => List::Last,
            "address-of" => List::AddressOf,
            "no-key-of" => List::NoKeyOf,
            "qualifier" => List::Qualifier,
            "about" => List::About,
            "only-there" => List::OnlyThere,
            "block" => List::Block,
            _ => return None,
        })
    }
}

/// The lists that a word stands in, one bit each.
#[derive(Clone, Copy, Default)]
struct Lists(u16);

impl Lists {
    fn has(self, list: List) -> bool {
        self.0 & 1 << list as u16 != 0
    }
}

struct Words {
    lists: FxHashMap<&'static [u8], Lists>,
    anywhere: Option<AhoCorasick>,
}

impl Words {
    fn of(&self, word: &[u8]) -> Lists {
        self.lists.get(word).copied().unwrap_or_default()
    }
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut lists: FxHashMap<&[u8], Lists> = FxHashMap::default();
    let mut anywhere = Vec::new();
    let mut list = None;
    for line in include_str!("../data/secret_names.txt").lines() {
        if line.starts_with('#') {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            list = List::named(name);
            continue;
        }
        let Some(list) = list else { continue };
        for word in line.split_whitespace() {
            lists.entry(word.as_bytes()).or_default().0 |= 1 << list as u16;
            if matches!(list, List::Anywhere) {
                anywhere.push(word);
            }
        }
    }
    let anywhere = AhoCorasick::new(anywhere).ok();
    Words { lists, anywhere }
});

/// Whether the name of a variable or key says that its value is a credential.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let Split { letters, words } = split(name);
    let all = &*WORDS;
    let text = |word: &Range<usize>| &letters[word.clone()];
    let mut words = words.as_slice();
    // From the end: the last word decides, once qualifiers are taken off.
    let (last, of_last, before) = loop {
        let Some((last, before)) = words.split_last() else {
            return false;
        };
        let (last, lists) = (text(last), all.of(text(last)));
        let is_qualifier = lists.has(List::Qualifier) || last.iter().all(u8::is_ascii_digit);
        if !is_qualifier || before.is_empty() {
            break (last, lists, before);
        }
        words = before;
    };
    let has = |list: List| before.iter().any(|word| all.of(text(word)).has(list));
    if matches!(last, b"URL" | b"URI") && has(List::AddressOf) {
        return true;
    }
    if of_last.has(List::About) {
        return false;
    }
    if last == b"KEY" {
        // With blanks it is a phrase.
        return !name.contains(char::is_whitespace)
            && before
                .last()
                .is_some_and(|of| !all.of(text(of)).has(List::NoKeyOf));
    }
    // The shell's working directory.
    if before.is_empty() && matches!(last, b"PWD" | b"OLDPWD") {
        return false;
    }
    let is_word = |word: &[u8], lists: Lists| {
        lists.has(List::Word) || word.len() > 5 && word.ends_with(b"TOKEN")
    };
    let end = words.last().map_or(0, |word| word.end);
    of_last.has(List::Last)
        || is_word(last, of_last)
        || before
            .iter()
            .any(|word| is_word(text(word), all.of(text(word))))
        || all
            .anywhere
            .as_ref()
            .is_none_or(|anywhere| anywhere.is_match(&letters[..end]))
}

/// Whether a field of this name means a credential at its own place only.
#[must_use]
pub fn is_common(name: &str) -> bool {
    WORDS.of(name.as_bytes()).has(List::OnlyThere)
}

/// Whether a block of this name stands around credentials without being one.
#[must_use]
pub fn is_block(name: &str) -> bool {
    WORDS.of(name.as_bytes()).has(List::Block)
}

/// A name in capital letters without what stands between its words, and where the words are in it.
struct Split {
    letters: SmallVec<[u8; 64]>,
    words: SmallVec<[Range<usize>; 8]>,
}

fn split(name: &str) -> Split {
    let mut letters = SmallVec::new();
    let mut words = SmallVec::new();
    let (mut start, mut small_before) = (0, false);
    for c in name.chars() {
        let is_between = matches!(c, '_' | '-' | '.' | '/' | '"' | '\'') || c.is_whitespace();
        if (is_between || small_before && c.is_uppercase()) && start < letters.len() {
            words.push(start..letters.len());
            start = letters.len();
        }
        if c.is_ascii() && !is_between {
            letters.push(c.to_ascii_uppercase() as u8);
        } else if !is_between {
            for c in c.to_uppercase() {
                letters.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        small_before = c.is_lowercase() || c.is_numeric();
    }
    if start < letters.len() {
        words.push(start..letters.len());
    }
    Split { letters, words }
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
