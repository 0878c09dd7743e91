//! Addresses as the rules need them: scheme, hosts, path. Not every address is a URL: a list of `host:port` has the same parts.

/// An address taken apart. Parts that it does not have are empty.
#[derive(Debug, PartialEq)]
pub(super) struct Address<'t> {
    /// What stands before `://`.
    pub scheme: Option<&'t str>,
    /// What stands before `@`.
    pub userinfo: Option<&'t str>,
    /// Hosts with their ports.
    pub hosts: Vec<HostPort<'t>>,
    /// What follows the hosts, without the query; begins with `/` unless it is empty.
    pub path: &'t str,
    /// What follows the first `?`, without it.
    pub query: &'t str,
}

/// One item of a list of hosts.
#[derive(Debug, PartialEq)]
pub(super) struct HostPort<'t> {
    /// The name or address, brackets of IPv6 taken away.
    pub host: &'t str,
    /// What follows the colon.
    pub port: Option<&'t str>,
}

impl<'t> Address<'t> {
    /// Takes an address apart.
    pub fn parse(text: &'t str) -> Address<'t> {
        let text = text.trim();
        let text = text.strip_prefix("jdbc:").unwrap_or(text);
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (userinfo, hosts) = match authority.rsplit_once('@') {
            Some((userinfo, hosts)) => (Some(userinfo), hosts),
            None => (None, authority),
        };
        Address {
            scheme,
            userinfo,
            hosts: hosts.split(',').map(HostPort::parse).collect(),
            path,
            query,
        }
    }

    /// True when one of the hosts is the machine itself.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().any(|host| {
            matches!(host.host, "localhost" | "127.0.0.1" | "::1")
                || host.host.ends_with(".localhost")
        })
    }

    /// True when the address carries a password, before the host or as an option.
    pub fn has_password(&self) -> bool {
        let before_host = self
            .userinfo
            .and_then(|userinfo| userinfo.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty());
        before_host
            || self.query.split(['&', ';']).any(|option| {
                option.split_once('=').is_some_and(|(name, value)| {
                    !value.is_empty() && name.to_ascii_lowercase().ends_with("password")
                })
            })
    }
}

impl<'t> HostPort<'t> {
    fn parse(text: &'t str) -> HostPort<'t> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix('[')
            && let Some((host, rest)) = rest.split_once(']')
        {
            return HostPort {
                host,
                port: rest.strip_prefix(':'),
            };
        }
        match text.rsplit_once(':') {
            Some((host, port)) => HostPort {
                host,
                port: Some(port),
            },
            None => HostPort {
                host: text,
                port: None,
            },
        }
    }

    /// True when there is a port that a connection can be made to.
    pub fn has_port(&self) -> bool {
        self.port
            .and_then(|port| port.parse::<u16>().ok())
            .is_some_and(|port| port > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn parts_of_addresses() {
        let address = Address::parse("mongodb://u:p@a:1,b:2/db?tls=true");
        assert_eq!(address.scheme, Some("mongodb"));
        assert_eq!(address.userinfo, Some("u:p"));
        assert_eq!(address.hosts.len(), 2);
        assert_eq!(address.path, "/db");
        assert_eq!(address.query, "tls=true");
        assert!(address.has_password());

        let brokers = Address::parse("b1:9092, [::1]:9093");
        assert_eq!(brokers.hosts[1].host, "::1");
        assert!(brokers.hosts.iter().all(|host| host.has_port()));
        assert!(brokers.is_local());
        assert!(!Address::parse("b:port").hosts[0].has_port());
    }

    #[test]
    fn passwords_are_seen_wherever_they_stand() {
        assert!(Address::parse("jdbc:postgresql://h/d?user=u&password=p").has_password());
        assert!(!Address::parse("jdbc:postgresql://h/d?user=u&password=").has_password());
        assert!(!Address::parse("mongodb://user@h/db").has_password());
        assert!(Address::parse("redis://:p@h").has_password());
    }
}
